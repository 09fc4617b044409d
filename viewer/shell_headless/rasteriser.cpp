#include "viewer/shell_headless/rasteriser.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "kernel/floor_divide.hpp"

namespace evtwin::viewer::shell {
namespace {

// Corners in 1/256 pixel: edge functions are then exact whole numbers.
using Fixed = std::int64_t;
constexpr Fixed one = 256;
constexpr double farthest = 1 << 20;
static_assert(static_cast<Fixed>(farthest) * one < Fixed{1} << 30, "a product of two differences fits 63 bits");

struct Corner {
  Fixed x = 0, y = 0;
  double u = 0.0, v = 0.0;
  ImU32 colour = 0;
};

struct Box {  ///< pixels, right and bottom excluded
  int left = 0, top = 0, right = 0, bottom = 0;
};

constexpr unsigned channel(ImU32 colour, unsigned shift) { return (colour >> shift) & 0xFFU; }

/// a x b / 255, rounded, for 0..255 each.
constexpr unsigned times(unsigned a, unsigned b) { return (a * b + 127U) / 255U; }
static_assert(times(255, 255) == 255 && times(255, 7) == 7 && times(0, 200) == 0 && times(128, 128) == 64);

ImU32 modulated(ImU32 a, ImU32 b) {
  return IM_COL32(times(channel(a, IM_COL32_R_SHIFT), channel(b, IM_COL32_R_SHIFT)),
                  times(channel(a, IM_COL32_G_SHIFT), channel(b, IM_COL32_G_SHIFT)),
                  times(channel(a, IM_COL32_B_SHIFT), channel(b, IM_COL32_B_SHIFT)),
                  times(channel(a, IM_COL32_A_SHIFT), channel(b, IM_COL32_A_SHIFT)));
}

ImU32 with_alpha(ImU32 colour, unsigned alpha) { return (colour & ~IM_COL32_A_MASK) | (alpha << IM_COL32_A_SHIFT); }

void blend(std::uint32_t& pixel, ImU32 colour) {
  const unsigned alpha = channel(colour, IM_COL32_A_SHIFT);
  if (alpha == 255U) {
    pixel = colour;
    return;
  }
  if (alpha == 0U) return;
  const auto mixed = [&](unsigned shift) {
    return (channel(colour, shift) * alpha + channel(pixel, shift) * (255U - alpha) + 127U) / 255U;
  };
  pixel = IM_COL32(mixed(IM_COL32_R_SHIFT), mixed(IM_COL32_G_SHIFT), mixed(IM_COL32_B_SHIFT),
                   std::min(255U, alpha + (channel(pixel, IM_COL32_A_SHIFT) * (255U - alpha) + 127U) / 255U));
}

/// Bilinear, edges repeated; 0..255.
unsigned sampled(const std::vector<unsigned char>& alpha, int width, int height, double u, double v) {
  const double x = u * width - 0.5, y = v * height - 0.5;
  const double floor_x = std::floor(x), floor_y = std::floor(y);
  const double fx = x - floor_x, fy = y - floor_y;
  const auto at = [&](double column, double row) {
    const auto c = static_cast<std::size_t>(std::clamp(column, 0.0, static_cast<double>(width - 1)));
    const auto r = static_cast<std::size_t>(std::clamp(row, 0.0, static_cast<double>(height - 1)));
    return static_cast<double>(alpha[r * static_cast<std::size_t>(width) + c]);
  };
  const double above = at(floor_x, floor_y) * (1.0 - fx) + at(floor_x + 1.0, floor_y) * fx;
  const double below = at(floor_x, floor_y + 1.0) * (1.0 - fx) + at(floor_x + 1.0, floor_y + 1.0) * fx;
  return static_cast<unsigned>(std::lround(above * (1.0 - fy) + below * fy));
}

ImU32 nearest(const Image& picture, double u, double v) {
  const double column = std::floor(u * picture.width), row = std::floor(v * picture.height);
  const auto c = static_cast<std::size_t>(std::clamp(column, 0.0, static_cast<double>(picture.width - 1)));
  const auto r = static_cast<std::size_t>(std::clamp(row, 0.0, static_cast<double>(picture.height - 1)));
  return picture.rgba[r * static_cast<std::size_t>(picture.width) + c];
}

constexpr Fixed ceil_div(Fixed a, Fixed b) { return -kernel::floor_divide(-a, b); }
static_assert(ceil_div(7, 2) == 4 && ceil_div(-7, 2) == -3 && ceil_div(8, 2) == 4);

/// One side of a triangle: a pixel centre (px, py) is inside when dx (py - y) - dy (px - x) >= least.
struct Edge {
  Fixed x, y, dx, dy, least;
  Edge(const Corner& from, const Corner& to) : x(from.x), y(from.y), dx(to.x - from.x), dy(to.y - from.y) {
    const bool top_or_left = dy < 0 || (dy == 0 && dx > 0);
    least = top_or_left ? 0 : 1;
  }
  Fixed at(Fixed px, Fixed py) const { return dx * (py - y) - dy * (px - x); }
  /// Narrows [first, last], columns of the row whose centres are at py.
  void narrow(Fixed py, Fixed& first, Fixed& last) const {
    // Inside: value - step c >= least, c the column.
    const Fixed value = at(one / 2, py);
    const Fixed step = dy * one;
    if (step > 0)
      last = std::min(last, kernel::floor_divide(value - least, step));
    else if (step < 0)
      first = std::max(first, ceil_div(value - least, step));
    else if (value < least)
      last = first - 1;
  }
};

/// Calls row(y, first, last) for every row of a triangle with clockwise corners, columns first..last.
template <typename Row>
void for_rows(const std::array<Corner, 3>& corners, const Box& clip, const Row& row) {
  const auto [low, high] = std::minmax({corners[0].y, corners[1].y, corners[2].y});
  const auto [left, right] = std::minmax({corners[0].x, corners[1].x, corners[2].x});
  const Fixed top = std::max<Fixed>(clip.top, kernel::floor_divide(low, one));
  const Fixed bottom = std::min<Fixed>(clip.bottom - 1, kernel::floor_divide(high, one));
  const Fixed leftmost = std::max<Fixed>(clip.left, kernel::floor_divide(left, one));
  const Fixed rightmost = std::min<Fixed>(clip.right - 1, kernel::floor_divide(right, one));
  if (leftmost > rightmost) return;
  const std::array<Edge, 3> edges{Edge(corners[0], corners[1]), Edge(corners[1], corners[2]),
                                  Edge(corners[2], corners[0])};
  for (Fixed y = top; y <= bottom; ++y) {
    Fixed first = leftmost, last = rightmost;
    for (const Edge& edge : edges) edge.narrow(y * one + one / 2, first, last);
    if (first <= last) row(y, first, last);
  }
}

/// A figure that varies evenly over a triangle.
struct Plane {
  double base, by_1, by_2;
  Plane(double at_0, double at_1, double at_2) : base(at_0), by_1(at_1 - at_0), by_2(at_2 - at_0) {}
  double at(double weight_1, double weight_2) const { return base + by_1 * weight_1 + by_2 * weight_2; }
};

class Painter {
 public:
  Painter(Image& image, const std::vector<unsigned char>* font, int font_width, int font_height, const Image* picture)
      : image_(image), font_(font), font_width_(font_width), font_height_(font_height), picture_(picture) {}

  void triangle(std::array<Corner, 3> corners, const Box& clip) {
    Fixed area = Edge(corners[0], corners[1]).at(corners[2].x, corners[2].y);
    if (area == 0) return;
    if (area < 0) {
      std::swap(corners[1], corners[2]);
      area = -area;
    }
    const auto& [a, b, c] = corners;
    const bool one_colour = a.colour == b.colour && a.colour == c.colour;
    const bool one_texel = a.u == b.u && a.u == c.u && a.v == b.v && a.v == c.v;
    if (one_colour && one_texel)
      flat(corners, clip, textured(a.colour, a.u, a.v));
    else
      varied(corners, clip, static_cast<double>(area), one_colour, one_texel);
  }

 private:
  ImU32 textured(ImU32 colour, double u, double v) const {
    if (picture_ != nullptr) return modulated(colour, nearest(*picture_, u, v));
    return with_alpha(colour,
                      times(channel(colour, IM_COL32_A_SHIFT), sampled(*font_, font_width_, font_height_, u, v)));
  }

  std::uint32_t* row_of(Fixed y) {
    return image_.rgba.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(image_.width);
  }

  void flat(const std::array<Corner, 3>& corners, const Box& clip, ImU32 colour) {
    if (channel(colour, IM_COL32_A_SHIFT) == 0U) return;
    for_rows(corners, clip, [&](Fixed y, Fixed first, Fixed last) {
      std::uint32_t* row = row_of(y);
      if (channel(colour, IM_COL32_A_SHIFT) == 255U)
        std::fill(row + first, row + last + 1, colour);
      else
        for (Fixed x = first; x <= last; ++x) blend(row[x], colour);
    });
  }

  void varied(const std::array<Corner, 3>& corners, const Box& clip, double area, bool one_colour, bool one_texel) {
    const Corner &a = corners[0], &b = corners[1], &c = corners[2];
    const Edge to_1(c, a), to_2(a, b);  // opposite of corner 1 and 2: their weights
    const Plane u(a.u, b.u, c.u), v(a.v, b.v, c.v);
    const auto plane_of = [&](unsigned shift) {
      return Plane(channel(a.colour, shift), channel(b.colour, shift), channel(c.colour, shift));
    };

    const Plane red = plane_of(IM_COL32_R_SHIFT), green = plane_of(IM_COL32_G_SHIFT), blue = plane_of(IM_COL32_B_SHIFT),
                alpha = plane_of(IM_COL32_A_SHIFT);
    const unsigned whole = picture_ == nullptr && one_texel ? sampled(*font_, font_width_, font_height_, a.u, a.v) : 0U;

    for_rows(corners, clip, [&](Fixed y, Fixed first, Fixed last) {
      std::uint32_t* row = row_of(y);
      for (Fixed x = first; x <= last; ++x) {
        const Fixed px = x * one + one / 2, py = y * one + one / 2;
        const double weight_1 = static_cast<double>(to_1.at(px, py)) / area;
        const double weight_2 = static_cast<double>(to_2.at(px, py)) / area;
        ImU32 colour = a.colour;
        if (!one_colour) {
          const auto rounded = [&](const Plane& plane) {
            return static_cast<unsigned>(std::lround(std::clamp(plane.at(weight_1, weight_2), 0.0, 255.0)));
          };
          colour = IM_COL32(rounded(red), rounded(green), rounded(blue), rounded(alpha));
        }

        if (picture_ == nullptr && one_texel)
          colour = with_alpha(colour, times(channel(colour, IM_COL32_A_SHIFT), whole));
        else
          colour = textured(colour, u.at(weight_1, weight_2), v.at(weight_1, weight_2));
        blend(row[x], colour);
      }
    });
  }

  Image& image_;
  const std::vector<unsigned char>* font_;
  int font_width_, font_height_;
  const Image* picture_;  ///< null: the font's
};

/// Whole pixels as the OpenGL backend's glScissor takes them: both sizes cut, the bottom edge first.
Box clip_of(const ImDrawData& data, const ImVec4& rect, const Image& image) {
  const ImVec2 origin = data.DisplayPos, scale = data.FramebufferScale;
  const auto cut = [](double value) { return static_cast<int>(std::clamp(value, -farthest, farthest)); };
  const double left = (static_cast<double>(rect.x) - static_cast<double>(origin.x)) * static_cast<double>(scale.x);
  const double top = (static_cast<double>(rect.y) - static_cast<double>(origin.y)) * static_cast<double>(scale.y);
  const double right = (static_cast<double>(rect.z) - static_cast<double>(origin.x)) * static_cast<double>(scale.x);
  const double bottom = (static_cast<double>(rect.w) - static_cast<double>(origin.y)) * static_cast<double>(scale.y);
  if (!(right > left && bottom > top)) return {};
  const int x = cut(left), width = cut(right - left), height = cut(bottom - top);
  const int y = image.height - cut(image.height - bottom) - height;
  return {std::max(x, 0), std::max(y, 0), std::min(x + width, image.width), std::min(y + height, image.height)};
}

/// False for what is no place.
bool corner_of(const ImDrawData& data, const ImDrawVert& vertex, Corner& corner) {
  const double x = (static_cast<double>(vertex.pos.x) - static_cast<double>(data.DisplayPos.x)) *
                   static_cast<double>(data.FramebufferScale.x);
  const double y = (static_cast<double>(vertex.pos.y) - static_cast<double>(data.DisplayPos.y)) *
                   static_cast<double>(data.FramebufferScale.y);
  const double u = static_cast<double>(vertex.uv.x), v = static_cast<double>(vertex.uv.y);
  if (!std::isfinite(x) || !std::isfinite(y) || !std::isfinite(u) || !std::isfinite(v)) return false;
  const auto fixed = [](double value) {
    return static_cast<Fixed>(std::floor(std::clamp(value, -farthest, farthest) * static_cast<double>(one) + 0.5));
  };
  corner = {fixed(x), fixed(y), u, v, vertex.col};
  return true;
}

}  // namespace

ImTextureID Rasteriser::create_texture(int width, int height, std::span<const std::uint32_t> rgba) {
  auto picture = std::make_unique<Image>(Image{width, height, {rgba.begin(), rgba.end()}});
  const ImTextureID id = picture.get();
  pictures_[id] = std::move(picture);
  return id;
}

void Rasteriser::destroy_texture(ImTextureID texture) { pictures_.erase(texture); }

void Rasteriser::upload_fonts() {
  ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
  unsigned char* pixels = nullptr;
  atlas.GetTexDataAsAlpha8(&pixels, &fonts_.width, &fonts_.height);
  fonts_.alpha.assign(pixels,
                      pixels + static_cast<std::size_t>(fonts_.width) * static_cast<std::size_t>(fonts_.height));
  atlas.SetTexID(&fonts_);
}

Image Rasteriser::draw_image(const ImDrawData& data, ImU32 background) {
  Image image;
  image.width = std::max(0, static_cast<int>(data.DisplaySize.x * data.FramebufferScale.x));
  image.height = std::max(0, static_cast<int>(data.DisplaySize.y * data.FramebufferScale.y));
  image.rgba.assign(static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height), background);

  for (int n = 0; n < data.CmdListsCount; ++n) {
    const ImDrawList& list = *data.CmdLists[n];
    for (const ImDrawCmd& command : list.CmdBuffer) {
      // There is no state to reset here.
      if (command.UserCallback != nullptr) {
        if (command.UserCallback != ImDrawCallback_ResetRenderState) command.UserCallback(&list, &command);
        continue;
      }
      const Box clip = clip_of(data, command.ClipRect, image);
      if (clip.left >= clip.right || clip.top >= clip.bottom) continue;
      const ImTextureID id = command.GetTexID();
      const auto picture = pictures_.find(id);
      const bool is_font = id == &fonts_ && !fonts_.alpha.empty();
      if (!is_font && picture == pictures_.end()) continue;

      Painter painter(image, &fonts_.alpha, fonts_.width, fonts_.height, is_font ? nullptr : picture->second.get());

      const ImDrawIdx* indices = list.IdxBuffer.Data + command.IdxOffset;
      for (unsigned i = 0; i + 2 < command.ElemCount; i += 3) {
        std::array<Corner, 3> corners;
        bool sound = true;
        for (unsigned k = 0; k < 3; ++k) {
          const ImDrawVert& vertex = list.VtxBuffer.Data[command.VtxOffset + indices[i + k]];
          sound = corner_of(data, vertex, corners[k]) && sound;
        }
        if (sound) painter.triangle(corners, clip);
      }
    }
  }
  return image;
}

}  // namespace evtwin::viewer::shell
