#include "mmap_object.h"

#define METHOD(name, flags, parameters, doc)                     \
    {#name, (PyCFunction)(void (*)(void))mmap_##name, flags, \
     PyDoc_STR(#name "($self" parameters ")\n--\n\n" doc)}
#define FAST(name, parameters, doc) METHOD(name, METH_FASTCALL, ", " parameters, doc)
#define ONE(name, parameter, doc) METHOD(name, METH_O, ", " parameter, doc)
#define NONE(name, doc) METHOD(name, METH_NOARGS, ", /", doc)

PyMethodDef mmap_methods[] = {
    NONE(close, "Unmap the memory; for good."),
    FAST(find, "sub, start=None, end=None, /",
         "The lowest index at which sub stands, or -1. The search starts at the position."),
    METHOD(flush, METH_VARARGS | METH_KEYWORDS, ", offset=0, size=..., /, *, flags=0",
           "Write changes back to the file: all, or a range that starts on a page."),
#ifndef _WIN32
    FAST(madvise, "option, start=0, length=None, /",
         "Tell the system how the memory will be used."),
#endif
    FAST(move, "dest, src, count, /", "Copy count bytes from src to dest, which may overlap."),
    FAST(read, "n=None, /", "The next n bytes, or all that are left."),
    NONE(read_byte, "The next byte, an int."),
    NONE(readline, "The bytes up to and with the next newline."),
    ONE(resize, "newsize, /",
        "Give the map, and the file under it, another length. A failure changes neither."),
    FAST(rfind, "sub, start=None, end=None, /",
         "The highest index at which sub stands, or -1. The search starts at the position."),
    FAST(seek, "pos, whence=0, /", "Move the position, and give the new one."),
    NONE(seekable, "True."),
#ifdef __linux__
    ONE(set_name, "name, /", "Name memory of no file for /proc/PID/maps, in development mode."),
#endif
    NONE(size, "The length of the file, which may be longer than the map."),
    NONE(tell, "The position."),
    ONE(write, "bytes, /", "Store bytes at the position; gives their number."),
    ONE(write_byte, "byte, /", "Store one byte, an int, at the position."),
    {"__enter__", mmap_enter, METH_NOARGS, NULL},
    {"__exit__", (PyCFunction)(void (*)(void))mmap_exit, METH_FASTCALL, NULL},
    {NULL, NULL, 0, NULL},
};
