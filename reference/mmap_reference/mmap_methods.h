/* The methods, to be listed in the table of the type. */

#ifndef MMAP_METHODS_H
#define MMAP_METHODS_H

#include "mmap_object.h"

typedef PyObject *Method(PyObject *op, PyObject *argument); /* of one argument, or none */
typedef PyObject *FastMethod(PyObject *op, PyObject *const *arguments, Py_ssize_t given);

/* mmap_data.c: bytes and the position */
FastMethod mmap_read, mmap_find, mmap_rfind, mmap_move, mmap_seek;
Method mmap_readline, mmap_read_byte, mmap_write, mmap_write_byte, mmap_tell, mmap_seekable;

/* mmap_system.c: what the system does, and the end */
PyObject *mmap_flush(PyObject *op, PyObject *arguments, PyObject *keywords);
FastMethod mmap_madvise, mmap_exit;
Method mmap_set_name, mmap_size, mmap_resize, mmap_close, mmap_enter;

/* The method without arguments that does what name_locked() does. */
#define METHOD_OF_SELF(name)                                                    \
    PyObject *mmap_##name(PyObject *op, PyObject *Py_UNUSED(unused))            \
    {                                                                           \
        RETURN_LOCKED(PyObject *, op, name##_locked((MmapObject *)op)); \
    }

#endif
