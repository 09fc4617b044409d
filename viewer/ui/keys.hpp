// Key codes as GLFW numbers them (glfw3.h, GLFW_KEY_*): letters and digits are their upper-case ASCII. Every shell
// hands them to ImGui (1.86: io.KeysDown, io.KeyMap) in this numbering, so that panels may ask for a key by its code.
#pragma once

namespace evtwin::viewer::ui::key {

inline constexpr int space = 32, comma = 44, minus = 45, period = 46, slash = 47, equal = 61, left_bracket = 91,
                     right_bracket = 93;
inline constexpr int escape = 256, enter = 257, tab = 258, backspace = 259, insert = 260, del = 261, right = 262,
                     left = 263, down = 264, up = 265, page_up = 266, page_down = 267, home = 268, end = 269;
/// Left Shift, Ctrl, Alt, Super; the right ones come four later.
inline constexpr int first_modifier = 340;
inline constexpr int f1 = 290, f11 = 300, keypad_add = 334, keypad_subtract = 333, keypad_enter = 335;
static_assert(space == ' ' && comma == ',' && minus == '-' && period == '.' && slash == '/' && equal == '=' &&
              left_bracket == '[' && right_bracket == ']');
static_assert(f11 - f1 == 10);

}  // namespace evtwin::viewer::ui::key
