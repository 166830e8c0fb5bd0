/* Methods that ask the system for something, and the end. */

#include "mmap_object.h"

#include <string.h>

#ifndef _WIN32
#include <sys/mman.h>
#endif

/* The map is held while the GIL is not: what would pull the memory from under a system call in
   another thread is a BufferError there. */
#define ASK_SYSTEM(self, status, call) \
    do {                               \
        hold(self);                    \
        Py_BEGIN_ALLOW_THREADS         \
        status = call;                 \
        Py_END_ALLOW_THREADS           \
        let_go(self);                  \
    } while (0)

static int passes_changes_on(MmapObject *self)
{
    return self->access != ACCESS_READ && self->access != ACCESS_COPY;
}

static PyObject *flush_locked(MmapObject *self, Py_ssize_t start, Py_ssize_t length,
                              int has_length, int flags)
{
    const Py_ssize_t size = self->mapping.size;
    int status = MAPPING_DONE;

    if (self->edition->flush_goes_to_end && length == -1 && start >= 0) {
        length = size - start; /* flush.offset-alone, flush.minus-one-is-the-rest */
    } else if (!has_length) {
        length = size;
    }
    if (!is_open(self) || /* flush.out-of-range-value-error */
        !require(start >= 0 && length >= 0 && length <= size - start, PyExc_ValueError,
                 "flush values out of range")) {
        return NULL;
    }
    if (passes_changes_on(self)) { /* flush.read-only-does-nothing */
        ASK_SYSTEM(self, status, mapping_flush(&self->mapping, start, length, flags));
    }
    if (self->edition->flush_gives_none) {
        return none_if(is_done(status));
    }
#ifdef _WIN32 /* flush.returns-nonzero: there, zero is a failure */
    return PyLong_FromLong(status == MAPPING_DONE);
#else /* flush.returns-zero: a failure raises */
    return is_done(status) ? PyLong_FromLong(0) : NULL;
#endif
}

PyObject *mmap_flush(PyObject *op, PyObject *arguments, PyObject *keywords)
{
    static char *names[] = {"", "", "flags", NULL};
    Py_ssize_t start = 0, length = -1;
    int flags = 0;

    if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "|nn$i:flush", names, &start, &length,
                                     &flags)) { /* flush.argument-types */
        return NULL;
    }
    const int has_length = PyTuple_GET_SIZE(arguments) > 1;
    RETURN_LOCKED(PyObject *, op,
                  flush_locked((MmapObject *)op, start, length, has_length, flags));
}

#ifndef _WIN32
static PyObject *madvise_locked(MmapObject *self, int advice, Py_ssize_t start,
                                Py_ssize_t length, int to_end)
{
    const Py_ssize_t size = self->mapping.size;
    int status;

    /* madvise.out-of-range-value-error */
    if (!is_open(self) ||
        !require(start >= 0 && start < size, PyExc_ValueError, "madvise start out of bounds") ||
        !require(length >= 0, PyExc_ValueError, "madvise length invalid") ||
        !require(length <= PY_SSIZE_T_MAX - start, PyExc_OverflowError,
                 "madvise length too large")) {
        return NULL;
    }
    if (to_end || length > size - start) {
        length = size - start;
    }
    ASK_SYSTEM(self, status, mapping_advise(&self->mapping, start, length, advice));
    return none_if(is_done(status));
}

PyObject *mmap_madvise(PyObject *op, PyObject *const *arguments, Py_ssize_t given)
{
    Py_ssize_t start = 0, length = 0;
    int advice;

    if (!check_count("madvise", given, 1, 3) || !to_int(arguments[0], &advice) ||
        (given > 1 && !to_size(arguments[1], &start))) {
        return NULL;
    }
    const int to_end = given < 3 || arguments[2] == Py_None;
    if (!to_end && !to_size(arguments[2], &length)) {
        return NULL;
    }
    RETURN_LOCKED(PyObject *, op, madvise_locked((MmapObject *)op, advice, start, length, to_end));
}
#endif

#ifdef __linux__

#define NAME_PREFIX "cpython:mmap:"
#define NAME_SIZE 80 /* with the prefix and a zero: the system's limit */

/* Names are for those who debug: others are spared the system call. -1 and an error where
   that cannot be found out. */
static int is_debugging(void)
{
#ifdef Py_DEBUG
    return 1;
#else
    PyObject *flags = PySys_GetObject("flags");
    if (flags == NULL) { /* it is always there: what was lacking is memory to ask for it */
        PyErr_NoMemory();
        return -1;
    }
    PyObject *mode = PyObject_GetAttrString(flags, "dev_mode");
    int debugging = mode == NULL ? -1 : PyObject_IsTrue(mode);
    Py_XDECREF(mode);
    return debugging;
#endif
}

static PyObject *set_name_locked(MmapObject *self, const char *name, int debugging)
{
    char full[NAME_SIZE];
    int status = MAPPING_DONE;

    if (!is_open(self) ||
        !require(strlen(name) <= NAME_SIZE - sizeof(NAME_PREFIX), PyExc_ValueError,
                 "name is too long") ||
        !require(self->mapping.flags & MAP_ANONYMOUS, PyExc_ValueError,
                 "Cannot set annotation on non-anonymous mappings")) {
        return NULL;
    }
    if (debugging) {
        PyOS_snprintf(full, sizeof(full), NAME_PREFIX "%s", name);
        ASK_SYSTEM(self, status, mapping_set_name(&self->mapping, full));
    }
    return none_if(is_done(status));
}

PyObject *mmap_set_name(PyObject *op, PyObject *argument)
{
    const char *name;
    int debugging;

    if (!PyArg_Parse(argument, "s:set_name", &name) || (debugging = is_debugging()) < 0) {
        return NULL;
    }
    RETURN_LOCKED(PyObject *, op, set_name_locked((MmapObject *)op, name, debugging));
}

#endif

static PyObject *size_locked(MmapObject *self)
{
    int64_t size;
    int status;

    if (!is_open(self) || /* constructor.trackfd-false */
        !require(self->keeps_fd, PyExc_ValueError, "can't get size with trackfd=False")) {
        return NULL;
    }
#ifndef _WIN32
    if (self->mapping.fd == -1 && !self->edition->anonymous_has_size) {
        return none_if(is_done(MAPPING_BAD_DESCRIPTOR));
    }
#endif
    ASK_SYSTEM(self, status, mapping_file_size(&self->mapping, &size));
    return is_done(status) ? PyLong_FromLongLong(size) : NULL;
}
METHOD_OF_SELF(size)

/* With the GIL: no other thread may find the map half resized. */
static PyObject *resize_locked(MmapObject *self, Py_ssize_t size)
{
    struct mapping *mapping = &self->mapping;

    return none_if(
        is_open(self) &&
        /* resize.exports-buffer-error */
        require(self->holds == 0, PyExc_BufferError,
                "mmap can't resize with extant buffers exported.") &&
        /* constructor.trackfd-false */
        require(self->keeps_fd, PyExc_ValueError, "mmap can't resize with trackfd=False.") &&
        /* resize.read-copy-type-error */
        require(passes_changes_on(self), PyExc_TypeError,
                "mmap can't resize a readonly or copy-on-write memory map.") &&
        /* resize.out-of-range-value-error */
        require(size >= 0 && size <= PY_SSIZE_T_MAX - mapping->offset, PyExc_ValueError,
                "new size out of range") &&
        /* resize.grow-shared-anonymous-value-error */
        require(size <= mapping->size || mapping_can_grow(mapping), PyExc_ValueError,
                "mmap: can't expand a shared anonymous mapping on Linux") &&
        is_done(mapping_resize(mapping, size)));
}

PyObject *mmap_resize(PyObject *op, PyObject *argument)
{
    Py_ssize_t size;

    if (!to_size(argument, &size)) { /* resize.argument-types */
        return NULL;
    }
    RETURN_LOCKED(PyObject *, op, resize_locked((MmapObject *)op, size));
}

/* The end */

static PyObject *close_locked(MmapObject *self)
{
    if (!require(self->holds == 0, PyExc_BufferError, /* lifecycle.exports-block-close */
                 "cannot close exported pointers exist")) {
        return NULL;
    }
    struct mapping mapping = self->mapping; /* closed for all before it is unmapped */
    self->mapping.data = NULL;
    Py_BEGIN_ALLOW_THREADS
    mapping_destroy(&mapping);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}
METHOD_OF_SELF(close)

PyObject *mmap_enter(PyObject *op, PyObject *Py_UNUSED(unused))
{
    RETURN_LOCKED(PyObject *, op, is_open((MmapObject *)op) ? Py_NewRef(op) : NULL);
}

/* Not an overriding close(): the type's own, which it was made with (bpo-45621). */
PyObject *mmap_exit(PyObject *op, PyObject *const *Py_UNUSED(arguments), Py_ssize_t given)
{
    return check_count("__exit__", given, 3, 3) ? mmap_close(op, NULL) : NULL;
}
