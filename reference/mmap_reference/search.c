/* Three methods. The sieve looks at two bytes of the needle in many places at once: it runs
   at the speed of memory as long as these two are rare. Skipping looks at eight bytes of
   the text at a time and passes over all places where they cannot be: it is faster for long
   needles, and where two bytes say nothing. Texts and needles can be made on which both
   fail (`a...aba...a` costs the stdlib's rfind 1.3 s per MiB), so both keep account of what
   they spend on places that are none, and give up in the end for the two-way algorithm
   (Crochemore and Perrin, 1991), which is slower and needs no luck.

   Each runs in either direction: `back` is a constant, and the compiler makes two copies.
   The hot loops are functions of their own, since they have too few registers otherwise. */

#include "search.h"

#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#if defined(__GNUC__)
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define NEVER_INLINE static __attribute__((noinline))
#else
#define ALWAYS_INLINE static inline
#define NEVER_INLINE static
#endif

typedef const unsigned char *Bytes;

/* Two-way */

ALWAYS_INLINE unsigned char
at(Bytes bytes, ptrdiff_t length, ptrdiff_t place, int back)
{
    return bytes[back ? length - 1 - place : place];
}

/* Where the largest suffix begins, less one, in the order of bytes or in the reverse one. */
ALWAYS_INLINE ptrdiff_t
largest_suffix(Bytes needle, ptrdiff_t length, int reversed, ptrdiff_t *period, int back)
{
    ptrdiff_t best = -1, tried = 0, step = 1;

    *period = 1;
    while (tried + step < length) {
        unsigned char new = at(needle, length, tried + step, back);
        unsigned char old = at(needle, length, best + step, back);
        if (new == old) {
            if (step == *period) {
                tried += step;
                step = 1;
            }
            else {
                step++;
            }
        }
        else if ((new < old) != reversed) {
            tried += step;
            step = 1;
            *period = tried - best;
        }
        else {
            best = tried++;
            step = *period = 1;
        }
    }
    return best;
}

ALWAYS_INLINE int
is_period(Bytes needle, ptrdiff_t length, ptrdiff_t period, ptrdiff_t count, int back)
{
    for (ptrdiff_t i = 0; i < count; i++) {
        if (at(needle, length, i, back) != at(needle, length, i + period, back)) {
            return 0;
        }
    }
    return 1;
}

ALWAYS_INLINE ptrdiff_t
two_way_either(Bytes text, ptrdiff_t length, Bytes needle, ptrdiff_t needle_length, int back)
{
    const ptrdiff_t n = needle_length;
    ptrdiff_t period, other_period, known = 0;
    ptrdiff_t cut = largest_suffix(needle, n, 0, &period, back);
    ptrdiff_t other = largest_suffix(needle, n, 1, &other_period, back);

    if (other > cut) {
        cut = other;
        period = other_period;
    }
    cut++; /* the bytes from here on are compared first */
    const int periodic = is_period(needle, n, period, cut, back);
    if (!periodic) {
        period = (cut > n - cut ? cut : n - cut) + 1;
    }
    for (ptrdiff_t place = 0; place <= length - n;) {
        ptrdiff_t i = cut > known ? cut : known;
        while (i < n && at(needle, n, i, back) == at(text, length, place + i, back)) {
            i++;
        }
        if (i < n) {
            place += i - cut + 1;
            known = 0;
            continue;
        }
        i = cut;
        while (i > known && at(needle, n, i - 1, back) == at(text, length, place + i - 1, back)) {
            i--;
        }
        if (i <= known) {
            return back ? length - n - place : place;
        }
        place += period;
        known = periodic ? n - period : 0;
    }
    return -1;
}

NEVER_INLINE ptrdiff_t
two_way(Bytes text, ptrdiff_t length, Bytes needle, ptrdiff_t needle_length, int back)
{
    return back ? two_way_either(text, length, needle, needle_length, 1)
                : two_way_either(text, length, needle, needle_length, 0);
}

/* The account: what it costs to look at a place, in units of about half a nanosecond. A
   method may spend its credit, and a rate for each place it has passed: what two-way costs
   where that is all that is left to try, and little where there is something better. */
enum { CANDIDATE = 8, GRAM = 8, STRIDE = 64, STEP = 8, CREDIT = 4096, RATE = 6, LOW_RATE = 1 };

/* What a method says that has neither found the needle nor come to the end; it then tells
   how many places it has passed. */
enum { ABSENT = -1, GAVE_UP = -2 };

/* Whether the needle stands there. */
static int
stands(Bytes text, Bytes needle, ptrdiff_t length, ptrdiff_t *spent)
{
    *spent += CANDIDATE;
    if (length >= GRAM && memcmp(text, needle, GRAM) != 0) { /* no call: the usual case */
        return 0;
    }
    for (ptrdiff_t done = 0; done < length; done += STRIDE) {
        ptrdiff_t count = length - done < STRIDE ? length - done : STRIDE;
        *spent += count / 4;
        if (memcmp(text + done, needle + done, (size_t)count) != 0) {
            return 0;
        }
    }
    return 1;
}

/* Skipping */

enum { SLOT_BITS = 11, SLOTS = 1 << SLOT_BITS, MOST_GRAMS = SLOTS / 2 };

ALWAYS_INLINE unsigned
slot(Bytes gram)
{
    uint64_t bits;

    memcpy(&bits, gram, sizeof bits);
    return (unsigned)(bits * UINT64_C(0x9E3779B97F4A7C15) >> (64 - SLOT_BITS));
}

/* Looks at the gram at the far end of the window; `shifts` tells how far it is to where
   the needle has such a gram, or to past those that were counted. */
ALWAYS_INLINE ptrdiff_t
skip_either(Bytes text, ptrdiff_t length, Bytes needle, ptrdiff_t needle_length,
            ptrdiff_t rate, ptrdiff_t *passed, int back)
{
    const ptrdiff_t n = needle_length, last = length - n, end = n - GRAM;
    const ptrdiff_t most = end + 1 < MOST_GRAMS ? end + 1 : MOST_GRAMS;
    uint16_t shifts[SLOTS];
    ptrdiff_t again = most, spent = 0;

    for (ptrdiff_t i = 0; i < SLOTS; i++) {
        shifts[i] = (uint16_t)most;
    }
    for (ptrdiff_t shift = most - 1; shift >= 0; shift--) {
        unsigned here = slot(needle + (back ? shift : end - shift));
        if (shift == 0) {
            again = shifts[here];
        }
        shifts[here] = (uint16_t)shift;
    }
    for (ptrdiff_t done = 0; done <= last;) {
        ptrdiff_t place = back ? last - done : done;
        ptrdiff_t shift = shifts[slot(text + place + (back ? 0 : end))];
        if (shift == most) { /* a guess of the processor's, not a wait for the table */
            done += most;
        }
        else {
            spent += STEP;
            if (shift == 0) {
                if (stands(text + place, needle, n, &spent)) {
                    return place;
                }
                shift = again;
            }
            done += shift;
            if (spent > CREDIT + rate * done) {
                *passed = done;
                return GAVE_UP;
            }
        }
    }
    return ABSENT;
}

NEVER_INLINE ptrdiff_t
skip(Bytes text, ptrdiff_t length, Bytes needle, ptrdiff_t needle_length, ptrdiff_t rate,
     ptrdiff_t *passed, int back)
{
    return back ? skip_either(text, length, needle, needle_length, rate, passed, 1)
                : skip_either(text, length, needle, needle_length, rate, passed, 0);
}

/* The sieve */

enum { BLOCK = 64 };

struct sieve {
    Bytes text;
    ptrdiff_t apart; /* of the two bytes; the first one is the needle's first */
    unsigned char one, two;
};

/* The second byte is the last one that differs from the first, or else the last: two that
   are the same say little of a text in which they are frequent. */
static struct sieve
make_sieve(Bytes text, Bytes needle, ptrdiff_t length)
{
    ptrdiff_t apart = length - 1;

    while (apart > 0 && needle[apart] == needle[0]) {
        apart--;
    }
    if (apart == 0) {
        apart = length - 1;
    }
    return (struct sieve){text, apart, needle[0], needle[apart]};
}

ALWAYS_INLINE int
is_candidate(const struct sieve *sieve, ptrdiff_t place)
{
    return sieve->text[place] == sieve->one && sieve->text[place + sieve->apart] == sieve->two;
}

#if defined(__SSE2__)
ALWAYS_INLINE __m128i
sixteen(Bytes text, ptrdiff_t apart, __m128i one, __m128i two)
{
    __m128i a = _mm_loadu_si128((const __m128i *)text);
    __m128i b = _mm_loadu_si128((const __m128i *)(text + apart));
    return _mm_and_si128(_mm_cmpeq_epi8(a, one), _mm_cmpeq_epi8(b, two));
}
#endif

/* The candidates of a block: bit i for place i. */
static uint64_t
candidates(const struct sieve *sieve, ptrdiff_t place)
{
    uint64_t bits = 0;
#if defined(__SSE2__)
    const __m128i one = _mm_set1_epi8((char)sieve->one), two = _mm_set1_epi8((char)sieve->two);
    for (int i = 0; i < BLOCK; i += 16) {
        __m128i both = sixteen(sieve->text + place + i, sieve->apart, one, two);
        bits |= (uint64_t)(unsigned)_mm_movemask_epi8(both) << i;
    }
#else
    for (int i = 0; i < BLOCK; i++) {
        bits |= (uint64_t)is_candidate(sieve, place + i) << i;
    }
#endif
    return bits;
}

/* How many of the blocks to pass before one that has candidates: towards the end of the
   text, or with `step` negative towards its start. */
NEVER_INLINE ptrdiff_t
pass_blocks(const struct sieve *sieve, ptrdiff_t place, ptrdiff_t blocks, ptrdiff_t step)
{
    ptrdiff_t passed = 0;
#if defined(__SSE2__)
    const __m128i one = _mm_set1_epi8((char)sieve->one), two = _mm_set1_epi8((char)sieve->two);
    const ptrdiff_t apart = sieve->apart;
    for (Bytes text = sieve->text + place; passed < blocks; passed++, text += step) {
        __m128i low = _mm_or_si128(sixteen(text, apart, one, two),
                                   sixteen(text + 16, apart, one, two));
        __m128i high = _mm_or_si128(sixteen(text + 32, apart, one, two),
                                    sixteen(text + 48, apart, one, two));
        if (_mm_movemask_epi8(_mm_or_si128(low, high)) != 0) {
            break;
        }
    }
#else
    while (passed < blocks && candidates(sieve, place + passed * step) == 0) {
        passed++;
    }
#endif
    return passed;
}

ALWAYS_INLINE int
lowest_bit(uint64_t bits)
{
#if defined(__GNUC__)
    return __builtin_ctzll(bits);
#else
    int bit = 0;
    while (!(bits >> bit & 1)) {
        bit++;
    }
    return bit;
#endif
}

ALWAYS_INLINE int
highest_bit(uint64_t bits)
{
#if defined(__GNUC__)
    return 63 - __builtin_clzll(bits);
#else
    int bit = 63;
    while (!(bits >> bit & 1)) {
        bit--;
    }
    return bit;
#endif
}

static ptrdiff_t
sieve_first(Bytes text, ptrdiff_t length, Bytes needle, ptrdiff_t needle_length,
            ptrdiff_t rate, ptrdiff_t *passed)
{
    const struct sieve sieve = make_sieve(text, needle, needle_length);
    const ptrdiff_t places = length - needle_length + 1;
    ptrdiff_t place = 0, spent = 0;

    for (;; place += BLOCK) {
        if (spent > CREDIT + rate * place) {
            *passed = place;
            return GAVE_UP;
        }
        place += BLOCK * pass_blocks(&sieve, place, (places - place) / BLOCK, BLOCK);
        if (place + BLOCK > places) {
            break;
        }
        for (uint64_t bits = candidates(&sieve, place); bits != 0; bits &= bits - 1) {
            ptrdiff_t here = place + lowest_bit(bits);
            if (stands(text + here, needle, needle_length, &spent)) {
                return here;
            }
        }
    }
    for (; place < places; place++) {
        if (is_candidate(&sieve, place) &&
            stands(text + place, needle, needle_length, &spent)) {
            return place;
        }
    }
    return ABSENT;
}

static ptrdiff_t
sieve_last(Bytes text, ptrdiff_t length, Bytes needle, ptrdiff_t needle_length,
           ptrdiff_t rate, ptrdiff_t *passed)
{
    const struct sieve sieve = make_sieve(text, needle, needle_length);
    const ptrdiff_t places = length - needle_length + 1;
    ptrdiff_t left = places, spent = 0; /* places not looked at: all below */

    for (;; left -= BLOCK) {
        if (spent > CREDIT + rate * (places - left)) {
            *passed = places - left;
            return GAVE_UP;
        }
        left -= BLOCK * pass_blocks(&sieve, left - BLOCK, left / BLOCK, -BLOCK);
        if (left < BLOCK) {
            break;
        }
        uint64_t bits = candidates(&sieve, left - BLOCK);
        while (bits != 0) {
            int bit = highest_bit(bits);
            if (stands(text + left - BLOCK + bit, needle, needle_length, &spent)) {
                return left - BLOCK + bit;
            }
            bits ^= (uint64_t)1 << bit;
        }
    }
    while (left-- > 0) {
        if (is_candidate(&sieve, left) && stands(text + left, needle, needle_length, &spent)) {
            return left;
        }
    }
    return ABSENT;
}

/* All of them */

static int
worth_a_table(ptrdiff_t length, ptrdiff_t needle_length)
{
    return needle_length >= 3 * GRAM && length - needle_length >= 4 * SLOTS;
}

/* From where skipping wins on almost any text. */
static int
worth_skipping_first(ptrdiff_t length, ptrdiff_t needle_length)
{
    return needle_length >= 8 * GRAM && length - needle_length >= 16 * SLOTS;
}

static ptrdiff_t
search(Bytes text, ptrdiff_t length, Bytes needle, ptrdiff_t needle_length, int back)
{
    const Bytes all = text;
    const int skips = worth_a_table(length, needle_length);
    const int skips_first = worth_skipping_first(length, needle_length);

    for (int method = !skips; method < 2; method++) {
        const ptrdiff_t rate = method == 0 ? LOW_RATE : RATE;
        ptrdiff_t passed = 0, found;
        if (skips && skips_first == (method == 0)) {
            found = skip(text, length, needle, needle_length, rate, &passed, back);
        }
        else {
            found = (back ? sieve_last : sieve_first)(text, length, needle, needle_length, rate,
                                                      &passed);
        }
        if (found != GAVE_UP) {
            return found < 0 ? -1 : found + (text - all);
        }
        length -= passed;
        text += back ? 0 : passed;
    }
    ptrdiff_t found = two_way(text, length, needle, needle_length, back);
    return found < 0 ? -1 : found + (text - all);
}

ptrdiff_t
search_first(Bytes text, ptrdiff_t length, Bytes needle, ptrdiff_t needle_length)
{
    if (needle_length > length) {
        return -1;
    }
    if (needle_length == 1) {
        Bytes found = memchr(text, needle[0], (size_t)length);
        return found == NULL ? -1 : found - text;
    }
    return search(text, length, needle, needle_length, 0);
}

ptrdiff_t
search_last(Bytes text, ptrdiff_t length, Bytes needle, ptrdiff_t needle_length)
{
    if (needle_length > length) {
        return -1;
    }
#if defined(__GLIBC__)
    if (needle_length == 1) {
        Bytes found = memrchr(text, needle[0], (size_t)length);
        return found == NULL ? -1 : found - text;
    }
#endif
    return search(text, length, needle, needle_length, 1);
}
