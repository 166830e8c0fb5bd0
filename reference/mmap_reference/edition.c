#include "mmap_object.h"

static PyObject *construct_3_1(PyTypeObject *type, PyObject *arguments, PyObject *keywords)
{
    return mmap_construct(type, arguments, keywords, &edition_3_1);
}

static PyObject *construct_3_15(PyTypeObject *type, PyObject *arguments, PyObject *keywords)
{
    return mmap_construct(type, arguments, keywords, &edition_3_15);
}

const struct edition edition_3_1 = {
    .type_name = "mmap_reference.mmap",
    .construct = construct_3_1,
    .flush_gives_none = 0,
    .flush_goes_to_end = 0,
    .anonymous_has_size = 0,
};

const struct edition edition_3_15 = {
    .type_name = "mmap_reference.latest.mmap",
    .construct = construct_3_15,
    .flush_gives_none = 1,
    .flush_goes_to_end = 1,
    .anonymous_has_size = 1,
};
