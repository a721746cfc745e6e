#pragma once

/// How many blocks of memory the calling thread has asked for since it began; −1 where that is not counted,
/// as only glibc lets a program stand before its allocator without help.
long allocation_count(void);
