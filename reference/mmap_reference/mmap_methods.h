/* The methods, to be listed in the table of the type. */

#ifndef MMAP_METHODS_H
#define MMAP_METHODS_H

#include "mmap_object.h"

/* mmap_data.c: bytes and the position */
PyObject *mmap_read(PyObject *op, PyObject *const *arguments, Py_ssize_t given);
PyObject *mmap_readline(PyObject *op, PyObject *unused);
PyObject *mmap_read_byte(PyObject *op, PyObject *unused);
PyObject *mmap_find(PyObject *op, PyObject *const *arguments, Py_ssize_t given);
PyObject *mmap_rfind(PyObject *op, PyObject *const *arguments, Py_ssize_t given);
PyObject *mmap_write(PyObject *op, PyObject *argument);
PyObject *mmap_write_byte(PyObject *op, PyObject *argument);
PyObject *mmap_move(PyObject *op, PyObject *const *arguments, Py_ssize_t given);
PyObject *mmap_tell(PyObject *op, PyObject *unused);
PyObject *mmap_seek(PyObject *op, PyObject *const *arguments, Py_ssize_t given);
PyObject *mmap_seekable(PyObject *op, PyObject *unused);

/* mmap_system.c: what the system does, and the end */
PyObject *mmap_flush(PyObject *op, PyObject *const *arguments, Py_ssize_t given,
                     PyObject *keywords);
PyObject *mmap_madvise(PyObject *op, PyObject *const *arguments, Py_ssize_t given);
PyObject *mmap_set_name(PyObject *op, PyObject *argument);
PyObject *mmap_size(PyObject *op, PyObject *unused);
PyObject *mmap_resize(PyObject *op, PyObject *argument);
PyObject *mmap_close(PyObject *op, PyObject *unused);
PyObject *mmap_enter(PyObject *op, PyObject *unused);
PyObject *mmap_exit(PyObject *op, PyObject *const *arguments, Py_ssize_t given);

#endif
