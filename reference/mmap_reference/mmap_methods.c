#include "mmap_object.h"

#include <string.h>

#include "search.h"

/* Arguments: all converted before anything of the map is looked at */

static int
check_count(const char *method, Py_ssize_t count, Py_ssize_t fewest, Py_ssize_t most)
{
    if (fewest <= count && count <= most) {
        return 1;
    }
    PyErr_Format(PyExc_TypeError, "%s() takes %s %zd argument%s (%zd given)", method,
                 fewest == most ? "exactly" : (count < fewest ? "at least" : "at most"),
                 count < fewest ? fewest : most,
                 (count < fewest ? fewest : most) == 1 ? "" : "s", count);
    return 0;
}

static int
to_size(PyObject *argument, Py_ssize_t *size)
{
    *size = PyNumber_AsSsize_t(argument, PyExc_OverflowError);
    return *size != -1 || !PyErr_Occurred();
}

static int
to_int(PyObject *argument, int *number)
{
    Py_ssize_t size;

    if (!to_size(argument, &size)) {
        return 0;
    }
    if (size < INT_MIN || size > INT_MAX) {
        PyErr_SetString(PyExc_OverflowError, "Python int too large to convert to C int");
        return 0;
    }
    *number = (int)size;
    return 1;
}

static int
to_byte(PyObject *argument, unsigned char *byte)
{
    if (!PyIndex_Check(argument)) {
        PyErr_Format(PyExc_TypeError, "'%.200s' object cannot be interpreted as an integer",
                     Py_TYPE(argument)->tp_name);
        return 0;
    }
    Py_ssize_t number = PyNumber_AsSsize_t(argument, NULL);
    if (number == -1 && PyErr_Occurred()) {
        return 0;
    }
    if (number < 0 || number > 255) {
        PyErr_SetString(PyExc_OverflowError,
                        number < 0 ? "unsigned byte integer is less than minimum"
                                   : "unsigned byte integer is greater than maximum");
        return 0;
    }
    *byte = (unsigned char)number;
    return 1;
}

/* As in slice notation: any integer will do, and None stands for the default. */
struct bound {
    int is_given;
    Py_ssize_t value;
};

static int
to_bound(PyObject *argument, struct bound *bound)
{
    if (argument == Py_None) {
        return 1;
    }
    if (!PyIndex_Check(argument)) {
        PyErr_SetString(PyExc_TypeError, "slice indices must be integers or None or have an "
                                         "__index__ method");
        return 0;
    }
    bound->is_given = 1;
    bound->value = PyNumber_AsSsize_t(argument, NULL);
    return bound->value != -1 || !PyErr_Occurred();
}

/* Reading. After a resize the position may be past the end: then nothing is left. */

static Py_ssize_t
left(MmapObject *self)
{
    Py_ssize_t rest = self->mapping.size - self->position;
    return rest > 0 ? rest : 0;
}

static PyObject *
take(MmapObject *self, Py_ssize_t count)
{
    Py_ssize_t start = count > 0 ? self->position : 0;
    PyObject *taken = copy_of(self, start, count);

    if (taken != NULL) {
        self->position += count;
    }
    return taken;
}

static PyObject *
read_locked(MmapObject *self, Py_ssize_t count)
{
    if (!is_open(self)) {
        return NULL;
    }
    Py_ssize_t rest = left(self);
    return take(self, count < 0 || count > rest ? rest : count);
}

static PyObject *
mmap_read(PyObject *op, PyObject *const *arguments, Py_ssize_t given)
{
    Py_ssize_t count = -1;
    PyObject *bytes;

    if (!check_count("read", given, 0, 1)) {
        return NULL;
    }
    if (given == 1 && arguments[0] != Py_None) {
        if (!PyIndex_Check(arguments[0])) {
            PyErr_Format(PyExc_TypeError, "argument should be integer or None, not '%.200s'",
                         Py_TYPE(arguments[0])->tp_name);
            return NULL;
        }
        if (!to_size(arguments[0], &count)) {
            return NULL;
        }
    }
    LOCKED(op, bytes = read_locked((MmapObject *)op, count));
    return bytes;
}

static PyObject *
readline_locked(MmapObject *self)
{
    if (!is_open(self)) {
        return NULL;
    }
    Py_ssize_t count = left(self);
    if (count > 0) {
        const unsigned char *start = self->mapping.data + self->position;
        const unsigned char *newline = memchr(start, '\n', (size_t)count);
        if (newline != NULL) {
            count = newline - start + 1;
        }
    }
    return take(self, count);
}

static PyObject *
mmap_readline(PyObject *op, PyObject *Py_UNUSED(unused))
{
    PyObject *line;
    LOCKED(op, line = readline_locked((MmapObject *)op));
    return line;
}

static int
read_byte_locked(MmapObject *self)
{
    if (!is_open(self)) {
        return -1;
    }
    if (left(self) == 0) {
        PyErr_SetString(PyExc_ValueError, "read byte out of range");
        return -1;
    }
    return self->mapping.data[self->position++];
}

static PyObject *
mmap_read_byte(PyObject *op, PyObject *Py_UNUSED(unused))
{
    int byte;
    LOCKED(op, byte = read_byte_locked((MmapObject *)op));
    return byte < 0 ? NULL : PyLong_FromLong(byte);
}

/* Searching */

/* A bound, in the range from 0 to the size. */
static Py_ssize_t
clamp(const struct bound *bound, Py_ssize_t otherwise, Py_ssize_t size)
{
    Py_ssize_t value = bound->is_given ? bound->value : otherwise;

    if (value < 0) {
        value += size;
        return value < 0 ? 0 : value;
    }
    return value;
}

typedef ptrdiff_t (*Search)(const unsigned char *, ptrdiff_t, const unsigned char *, ptrdiff_t);

/* -1 for absent, -2 for an error */
static Py_ssize_t
search_locked(MmapObject *self, const Py_buffer *needle, const struct bound bounds[2],
              Search search)
{
    if (!is_open(self)) {
        return -2;
    }
    const Py_ssize_t size = self->mapping.size;
    Py_ssize_t start = clamp(&bounds[0], self->position, size);
    Py_ssize_t end = clamp(&bounds[1], size, size);
    if (end > size) {
        end = size;
    }
    if (start > end) { /* also no bytes at all are not found past the end (gh-151021) */
        return -1;
    }
    if (needle->len == 0) {
        return search == search_first ? start : end;
    }
    Py_ssize_t found =
        search(self->mapping.data + start, end - start, needle->buf, needle->len);
    return found < 0 ? -1 : start + found;
}

static PyObject *
find_with(PyObject *op, PyObject *const *arguments, Py_ssize_t given, const char *name,
          Search search)
{
    struct bound bounds[2] = {{0, 0}, {0, 0}};
    Py_ssize_t place = -2;
    Py_buffer needle;

    if (!check_count(name, given, 1, 3) ||
        PyObject_GetBuffer(arguments[0], &needle, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    if ((given < 2 || to_bound(arguments[1], &bounds[0])) &&
        (given < 3 || to_bound(arguments[2], &bounds[1]))) {
        LOCKED(op, place = search_locked((MmapObject *)op, &needle, bounds, search));
    }
    PyBuffer_Release(&needle);
    return place == -2 ? NULL : PyLong_FromSsize_t(place);
}

static PyObject *
mmap_find(PyObject *op, PyObject *const *arguments, Py_ssize_t given)
{
    return find_with(op, arguments, given, "find", search_first);
}

static PyObject *
mmap_rfind(PyObject *op, PyObject *const *arguments, Py_ssize_t given)
{
    return find_with(op, arguments, given, "rfind", search_last);
}

/* Writing */

static int
write_locked(MmapObject *self, const Py_buffer *source)
{
    if (!is_open_and_writable(self)) {
        return 0;
    }
    if (source->len > self->mapping.size - self->position) {
        PyErr_SetString(PyExc_ValueError, "data out of range");
        return 0;
    }
    if (source->len > 0) { /* the source may be the map itself: memmove */
        memmove(self->mapping.data + self->position, source->buf, (size_t)source->len);
        self->position += source->len;
    }
    return 1;
}

static PyObject *
mmap_write(PyObject *op, PyObject *argument)
{
    Py_buffer source;
    int written;

    if (PyObject_GetBuffer(argument, &source, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    const Py_ssize_t count = source.len;
    LOCKED(op, written = write_locked((MmapObject *)op, &source));
    PyBuffer_Release(&source);
    return written ? PyLong_FromSsize_t(count) : NULL;
}

static int
write_byte_locked(MmapObject *self, unsigned char byte)
{
    if (!is_open_and_writable(self)) {
        return 0;
    }
    if (left(self) == 0) {
        PyErr_SetString(PyExc_ValueError, "write byte out of range");
        return 0;
    }
    self->mapping.data[self->position++] = byte;
    return 1;
}

static PyObject *
mmap_write_byte(PyObject *op, PyObject *argument)
{
    unsigned char byte;
    int written;

    if (!to_byte(argument, &byte)) {
        return NULL;
    }
    LOCKED(op, written = write_byte_locked((MmapObject *)op, byte));
    if (!written) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static int
move_locked(MmapObject *self, Py_ssize_t dest, Py_ssize_t src, Py_ssize_t count)
{
    if (!is_open_and_writable(self)) {
        return 0;
    }
    const Py_ssize_t size = self->mapping.size;
    if (dest < 0 || src < 0 || count < 0 || size - dest < count || size - src < count) {
        PyErr_SetString(PyExc_ValueError, "source, destination, or count out of range");
        return 0;
    }
    memmove(self->mapping.data + dest, self->mapping.data + src, (size_t)count);
    return 1;
}

static PyObject *
mmap_move(PyObject *op, PyObject *const *arguments, Py_ssize_t given)
{
    Py_ssize_t dest, src, count;
    int moved;

    if (!check_count("move", given, 3, 3) || !to_size(arguments[0], &dest) ||
        !to_size(arguments[1], &src) || !to_size(arguments[2], &count)) {
        return NULL;
    }
    LOCKED(op, moved = move_locked((MmapObject *)op, dest, src, count));
    if (!moved) {
        return NULL;
    }
    Py_RETURN_NONE;
}

/* The position */

static Py_ssize_t
tell_locked(MmapObject *self)
{
    return is_open(self) ? self->position : -1;
}

static PyObject *
mmap_tell(PyObject *op, PyObject *Py_UNUSED(unused))
{
    Py_ssize_t position;
    LOCKED(op, position = tell_locked((MmapObject *)op));
    return position < 0 ? NULL : PyLong_FromSsize_t(position);
}

static Py_ssize_t
seek_locked(MmapObject *self, Py_ssize_t distance, int whence)
{
    if (!is_open(self)) {
        return -1;
    }
    const Py_ssize_t origins[] = {0, self->position, self->mapping.size};
    if (whence < 0 || whence > 2) {
        PyErr_SetString(PyExc_ValueError, "unknown seek type");
        return -1;
    }
    const Py_ssize_t origin = origins[whence];
    if (distance < -origin || distance > self->mapping.size - origin) {
        PyErr_SetString(PyExc_ValueError, "seek out of range");
        return -1;
    }
    return self->position = origin + distance;
}

static PyObject *
mmap_seek(PyObject *op, PyObject *const *arguments, Py_ssize_t given)
{
    Py_ssize_t distance, position;
    int whence = 0;

    if (!check_count("seek", given, 1, 2) || !to_size(arguments[0], &distance) ||
        (given == 2 && !to_int(arguments[1], &whence))) {
        return NULL;
    }
    LOCKED(op, position = seek_locked((MmapObject *)op, distance, whence));
    return position < 0 ? NULL : PyLong_FromSsize_t(position);
}

static PyObject *
mmap_seekable(PyObject *Py_UNUSED(op), PyObject *Py_UNUSED(unused))
{
    Py_RETURN_TRUE;
}

/* The system. The map is held while the GIL is not: what would pull the memory from under
   a system call in another thread is a BufferError there. */

static int
flush_locked(MmapObject *self, Py_ssize_t start, Py_ssize_t length, int to_end)
{
    int result;

    if (!is_open(self)) {
        return 0;
    }
    if (to_end) {
        length = self->mapping.size - start;
    }
    if (start < 0 || length < 0 || self->mapping.size - start < length) {
        PyErr_SetString(PyExc_ValueError, "flush values out of range");
        return 0;
    }
    if (self->access == ACCESS_READ || self->access == ACCESS_COPY) {
        return 1;
    }
    hold(self);
    Py_BEGIN_ALLOW_THREADS
    result = mapping_flush(&self->mapping, start, length);
    Py_END_ALLOW_THREADS
    let_go(self);
    if (result == -1) {
        PyErr_SetFromErrno(PyExc_OSError);
    }
    return result == 0;
}

static PyObject *
mmap_flush(PyObject *op, PyObject *const *arguments, Py_ssize_t given)
{
    Py_ssize_t start = 0, length = 0;
    int flushed;

    if (!check_count("flush", given, 0, 2) || (given > 0 && !to_size(arguments[0], &start)) ||
        (given > 1 && !to_size(arguments[1], &length))) {
        return NULL;
    }
    LOCKED(op, flushed = flush_locked((MmapObject *)op, start, length, given < 2));
    return flushed ? PyLong_FromLong(0) : NULL;
}

static int
madvise_locked(MmapObject *self, int advice, Py_ssize_t start, Py_ssize_t length, int to_end)
{
    int result;

    if (!is_open(self)) {
        return 0;
    }
    const Py_ssize_t size = self->mapping.size;
    if (start < 0 || start >= size) {
        PyErr_SetString(PyExc_ValueError, "madvise start out of bounds");
        return 0;
    }
    if (to_end) {
        length = size - start;
    }
    if (length < 0) {
        PyErr_SetString(PyExc_ValueError, "madvise length invalid");
        return 0;
    }
    if (length > PY_SSIZE_T_MAX - start) {
        PyErr_SetString(PyExc_OverflowError, "madvise length too large");
        return 0;
    }
    if (length > size - start) {
        length = size - start;
    }
    hold(self);
    Py_BEGIN_ALLOW_THREADS
    result = mapping_advise(&self->mapping, start, length, advice);
    Py_END_ALLOW_THREADS
    let_go(self);
    if (result == -1) {
        PyErr_SetFromErrno(PyExc_OSError);
    }
    return result == 0;
}

static PyObject *
mmap_madvise(PyObject *op, PyObject *const *arguments, Py_ssize_t given)
{
    Py_ssize_t start = 0, length = 0;
    int advice, done;

    if (!check_count("madvise", given, 1, 3) || !to_int(arguments[0], &advice) ||
        (given > 1 && !to_size(arguments[1], &start))) {
        return NULL;
    }
    const int to_end = given < 3 || arguments[2] == Py_None;
    if (!to_end && !to_size(arguments[2], &length)) {
        return NULL;
    }
    LOCKED(op, done = madvise_locked((MmapObject *)op, advice, start, length, to_end));
    if (!done) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static int
size_locked(MmapObject *self, int64_t *size)
{
    int result;

    if (!is_open(self)) {
        return 0;
    }
    if (!self->keeps_fd) {
        PyErr_SetString(PyExc_ValueError, "can't get size with trackfd=False");
        return 0;
    }
    if (self->mapping.fd == -1) {
        *size = self->mapping.size;
        return 1;
    }
    hold(self);
    Py_BEGIN_ALLOW_THREADS
    result = mapping_file_size(&self->mapping, size);
    Py_END_ALLOW_THREADS
    let_go(self);
    if (result == -1) {
        PyErr_SetFromErrno(PyExc_OSError);
    }
    return result == 0;
}

static PyObject *
mmap_size(PyObject *op, PyObject *Py_UNUSED(unused))
{
    int64_t size;
    int known;
    LOCKED(op, known = size_locked((MmapObject *)op, &size));
    return known ? PyLong_FromLongLong(size) : NULL;
}

/* With the GIL: no other thread may find the map half resized. */
static int
resize_locked(MmapObject *self, Py_ssize_t size)
{
    struct mapping *mapping = &self->mapping;

    if (!is_open(self)) {
        return 0;
    }
    if (self->holds > 0) {
        PyErr_SetString(PyExc_BufferError,
                        "mmap can't resize with extant buffers exported.");
        return 0;
    }
    if (!self->keeps_fd) {
        PyErr_SetString(PyExc_ValueError, "mmap can't resize with trackfd=False.");
        return 0;
    }
    if (self->access == ACCESS_READ || self->access == ACCESS_COPY) {
        PyErr_SetString(PyExc_TypeError,
                        "mmap can't resize a readonly or copy-on-write memory map.");
        return 0;
    }
    if (size < 0 || size > PY_SSIZE_T_MAX - mapping->offset) {
        PyErr_SetString(PyExc_ValueError, "new size out of range");
        return 0;
    }
    if (size > mapping->size && !mapping_can_grow(mapping)) {
        PyErr_SetString(PyExc_ValueError,
                        "mmap: can't expand a shared anonymous mapping on Linux");
        return 0;
    }
    if (mapping_resize(mapping, size) == -1) {
        PyErr_SetFromErrno(PyExc_OSError);
        return 0;
    }
    return 1;
}

static PyObject *
mmap_resize(PyObject *op, PyObject *argument)
{
    Py_ssize_t size;
    int resized;

    if (!to_size(argument, &size)) {
        return NULL;
    }
    LOCKED(op, resized = resize_locked((MmapObject *)op, size));
    if (!resized) {
        return NULL;
    }
    Py_RETURN_NONE;
}

/* The end */

static int
close_locked(MmapObject *self)
{
    if (self->holds > 0) {
        PyErr_SetString(PyExc_BufferError, "cannot close exported pointers exist");
        return 0;
    }
    struct mapping mapping = self->mapping; /* closed for all before it is unmapped */
    self->mapping.data = NULL;
    self->mapping.fd = -1;
    Py_BEGIN_ALLOW_THREADS
    mapping_destroy(&mapping);
    Py_END_ALLOW_THREADS
    return 1;
}

PyObject *
mmap_close(PyObject *op, PyObject *Py_UNUSED(unused))
{
    int closed;
    LOCKED(op, closed = close_locked((MmapObject *)op));
    if (!closed) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
mmap_enter(PyObject *op, PyObject *Py_UNUSED(unused))
{
    int open;
    LOCKED(op, open = is_open((MmapObject *)op));
    return open ? Py_NewRef(op) : NULL;
}

/* Not an overriding close(): the type's own, which it was made with (bpo-45621). */
static PyObject *
mmap_exit(PyObject *op, PyObject *const *Py_UNUSED(arguments), Py_ssize_t Py_UNUSED(given))
{
    return mmap_close(op, NULL);
}

#define FAST(name, function, doc) \
    {name, (PyCFunction)(void (*)(void))function, METH_FASTCALL, PyDoc_STR(doc)}
#define ONE(name, function, doc) {name, function, METH_O, PyDoc_STR(doc)}
#define NONE(name, function, doc) {name, function, METH_NOARGS, PyDoc_STR(doc)}

PyMethodDef mmap_methods[] = {
    NONE("close", mmap_close, "close($self, /)\n--\n\nUnmap the memory; for good."),
    FAST("find", mmap_find,
         "find($self, sub, start=None, end=None, /)\n--\n\n"
         "The lowest index at which sub stands, or -1. The search starts at the position."),
    FAST("flush", mmap_flush,
         "flush($self, offset=0, size=..., /)\n--\n\n"
         "Write changes back to the file: all, or a range that starts on a page. Gives 0."),
    FAST("madvise", mmap_madvise,
         "madvise($self, option, start=0, length=None, /)\n--\n\n"
         "Tell the system how the memory will be used."),
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
