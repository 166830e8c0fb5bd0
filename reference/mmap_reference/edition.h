/* What one edition of the documentation asks for and another forbids: all of it is here and
   in edition.c. What came later and contradicts nothing is in every edition. */

#ifndef EDITION_H
#define EDITION_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

struct edition {
    const char *type_name;
    newfunc construct;

    /* flush gives None, since it raises where it fails (bpo-2122); before, 0. */
    int flush_gives_none;
    /* flush of an offset alone, or of a size of -1, goes to the end (gh-138092); before, a
       size that is missing is that of the map, and -1 is out of range. */
    int flush_goes_to_end;
    /* size of memory of no file is its length (gh-87595); before, there is no file to ask. */
    int anonymous_has_size;
};

extern const struct edition edition_3_1;
extern const struct edition edition_3_15;

#endif
