// What viewer/shell_web takes of OpenGL ES 3 is in every OpenGL.
#pragma once
#include <GL/gl.h>
