#include "arguments.h"

#include <limits.h>

int
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

int
to_keyword(const char *method, PyObject *names, PyObject *const *values, const char *keyword,
           PyObject **value)
{
    const Py_ssize_t count = names == NULL ? 0 : PyTuple_GET_SIZE(names);

    *value = NULL;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *name = PyTuple_GET_ITEM(names, i);
        if (PyUnicode_CompareWithASCIIString(name, keyword) != 0) {
            PyErr_Format(PyExc_TypeError, "%s() got an unexpected keyword argument '%U'",
                         method, name);
            return 0;
        }
        *value = values[i];
    }
    return 1;
}

int
to_size(PyObject *argument, Py_ssize_t *size)
{
    *size = PyLong_CheckExact(argument) ? PyLong_AsSsize_t(argument)
                                        : PyNumber_AsSsize_t(argument, PyExc_OverflowError);
    return *size != -1 || !PyErr_Occurred();
}

int
to_clamped_size(PyObject *argument, Py_ssize_t *size)
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

int
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

int
to_byte(PyObject *argument, unsigned char *byte)
{
    Py_ssize_t number;

    if (!to_clamped_size(argument, &number)) { /* position.write-byte-argument-types */
        return 0;
    }
    if (number < 0 || number > 255) { /* position.write-byte-range-overflow-error */
        PyErr_SetString(PyExc_OverflowError,
                        number < 0 ? "unsigned byte integer is less than minimum"
                                   : "unsigned byte integer is greater than maximum");
        return 0;
    }
    *byte = (unsigned char)number;
    return 1;
}
