#include "mmap_methods.h"

#define FAST(name, function, doc) \
    {name, (PyCFunction)(void (*)(void))function, METH_FASTCALL, PyDoc_STR(doc)}
#define KEYWORDS(name, function, doc)                                      \
    {name, (PyCFunction)(void (*)(void))function, METH_FASTCALL | METH_KEYWORDS, \
     PyDoc_STR(doc)}
#define ONE(name, function, doc) {name, function, METH_O, PyDoc_STR(doc)}
#define NONE(name, function, doc) {name, function, METH_NOARGS, PyDoc_STR(doc)}

PyMethodDef mmap_methods[] = {
    NONE("close", mmap_close, "close($self, /)\n--\n\nUnmap the memory; for good."),
    FAST("find", mmap_find,
         "find($self, sub, start=None, end=None, /)\n--\n\n"
         "The lowest index at which sub stands, or -1. The search starts at the position."),
    KEYWORDS("flush", mmap_flush,
             "flush($self, offset=0, size=..., /, *, flags=0)\n--\n\n"
             "Write changes back to the file: all, or a range that starts on a page."),
#ifndef _WIN32
    FAST("madvise", mmap_madvise,
         "madvise($self, option, start=0, length=None, /)\n--\n\n"
         "Tell the system how the memory will be used."),
#endif
    FAST("move", mmap_move,
         "move($self, dest, src, count, /)\n--\n\n"
         "Copy count bytes from src to dest, which may overlap."),
    FAST("read", mmap_read,
         "read($self, n=None, /)\n--\n\nThe next n bytes, or all that are left."),
    NONE("read_byte", mmap_read_byte, "read_byte($self, /)\n--\n\nThe next byte, an int."),
    NONE("readline", mmap_readline,
         "readline($self, /)\n--\n\nThe bytes up to and with the next newline."),
    ONE("resize", mmap_resize,
        "resize($self, newsize, /)\n--\n\n"
        "Give the map, and the file under it, another length. A failure changes neither."),
    FAST("rfind", mmap_rfind,
         "rfind($self, sub, start=None, end=None, /)\n--\n\n"
         "The highest index at which sub stands, or -1. The search starts at the position."),
    FAST("seek", mmap_seek,
         "seek($self, pos, whence=0, /)\n--\n\nMove the position, and give the new one."),
    NONE("seekable", mmap_seekable, "seekable($self, /)\n--\n\nTrue."),
#ifdef __linux__
    ONE("set_name", mmap_set_name,
        "set_name($self, name, /)\n--\n\n"
        "Name memory of no file for /proc/PID/maps, in development mode."),
#endif
    NONE("size", mmap_size,
         "size($self, /)\n--\n\nThe length of the file, which may be longer than the map."),
    NONE("tell", mmap_tell, "tell($self, /)\n--\n\nThe position."),
    ONE("write", mmap_write,
        "write($self, bytes, /)\n--\n\nStore bytes at the position; gives their number."),
    ONE("write_byte", mmap_write_byte,
        "write_byte($self, byte, /)\n--\n\nStore one byte, an int, at the position."),
    NONE("__enter__", mmap_enter, NULL),
    FAST("__exit__", mmap_exit, NULL),
    {NULL, NULL, 0, NULL},
};
