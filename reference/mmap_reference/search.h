/* Where bytes stand in other bytes. No Python in here. */

#ifndef SEARCH_H
#define SEARCH_H

#include <stddef.h>

/* The lowest place at which the needle stands whole in the text, or the highest, searching
   `back`; or -1. The needle has at least one byte. Takes time linear in text and needle,
   whatever they are, and no memory. Reads each byte of the text anew: others may write to it
   meanwhile. */
ptrdiff_t search(const unsigned char *text, ptrdiff_t length, const unsigned char *needle,
                 ptrdiff_t needle_length, int back);

#endif
