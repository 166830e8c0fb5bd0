#include "arguments.h"

#include <limits.h>

int check_count(const char *method, Py_ssize_t count, Py_ssize_t fewest, Py_ssize_t most)
{
    if (fewest <= count && count <= most) {
        return 1;
    }
    const Py_ssize_t bound = count < fewest ? fewest : most;
    PyErr_Format(PyExc_TypeError, "%s() takes %s %zd argument%s (%zd given)", method,
                 fewest == most ? "exactly" : (count < fewest ? "at least" : "at most"), bound,
                 bound == 1 ? "" : "s", count);
    return 0;
}

int to_size(PyObject *argument, Py_ssize_t *size)
{
    *size = PyLong_CheckExact(argument) ? PyLong_AsSsize_t(argument)
                                        : PyNumber_AsSsize_t(argument, PyExc_OverflowError);
    return *size != -1 || !PyErr_Occurred();
}

int to_clamped_size(PyObject *argument, Py_ssize_t *size)
{
    if (PyLong_CheckExact(argument)) {
        *size = PyLong_AsSsize_t(argument);
        if (*size != -1 || !PyErr_Occurred()) {
            return 1;
        }
        PyErr_Clear();
    }
    *size = PyNumber_AsSsize_t(argument, NULL);
    return *size != -1 || !PyErr_Occurred();
}

int to_int(PyObject *argument, int *number)
{
    Py_ssize_t size;

    if (!to_size(argument, &size) ||
        !require(size >= INT_MIN && size <= INT_MAX, PyExc_OverflowError,
                 "Python int too large to convert to C int")) {
        return 0;
    }
    *number = (int)size;
    return 1;
}

int to_byte(PyObject *argument, unsigned char *byte)
{
    Py_ssize_t number;

    /* position.write-byte-argument-types, position.write-byte-range-overflow-error */
    if (!to_clamped_size(argument, &number) ||
        !require(number >= 0, PyExc_OverflowError, "unsigned byte integer is less than minimum") ||
        !require(number <= 255, PyExc_OverflowError,
                 "unsigned byte integer is greater than maximum")) {
        return 0;
    }
    *byte = (unsigned char)number;
    return 1;
}
