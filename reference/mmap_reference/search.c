/* The two-way algorithm (Crochemore and Perrin, 1991), whose time is linear whatever text
   and needle are, behind a sieve that passes at the speed of memory over the places where
   two bytes of the needle do not stand. The sieve saves time and decides nothing.

   The algorithm begins with a study of the needle, and most searches are over before they
   need it. It waits until failed comparisons have cost as much as it will; until then the
   places are tried one by one.

   Everything runs in either direction. Places, and bytes of the needle, are counted from
   the end that the search starts at, or else it says: in memory. */

#include "search.h"

#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#if defined(__GNUC__)
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define NEVER_INLINE static __attribute__((noinline)) /* its loop needs all the registers */
#else
#define ALWAYS_INLINE static inline
#define NEVER_INLINE static
#endif

typedef const unsigned char *Bytes;

enum { BLOCK = 64 };

struct search {
    Bytes text;
    ptrdiff_t places; /* where the needle could stand, in all */
    Bytes needle;
    ptrdiff_t length; /* of the needle */

    /* The sieve looks at two bytes of the needle, which are here in memory, and at a block of
       places at once. Of the last one it has a bit for each place where both stand, the first
       place outermost. */
    ptrdiff_t spots[2];
    ptrdiff_t block;
    uint64_t candidates;

    /* The needle is cut in two. Its right part is compared first, and where a byte differs
       there, the needle stands at no place up to that byte either. Where only the left part
       differs, the needle moves by its period. Before the study all of it is left, and
       moves by 1. */
    ptrdiff_t cut;
    ptrdiff_t period;
};

/* The sieve */

/* Bit i tells whether both bytes stand at i. */
ALWAYS_INLINE uint64_t both_standing(Bytes one, unsigned char first, Bytes two,
                                     unsigned char second)
{
    uint64_t bits = 0;
#if defined(__SSE2__)
    const __m128i firsts = _mm_set1_epi8((char)first), seconds = _mm_set1_epi8((char)second);
    __m128i any = _mm_setzero_si128(), both[BLOCK / 16];
    for (int i = 0; i < BLOCK / 16; i++) {
        __m128i a = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)one + i), firsts);
        __m128i b = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)two + i), seconds);
        both[i] = _mm_and_si128(a, b);
        any = _mm_or_si128(any, both[i]);
    }
    if (_mm_movemask_epi8(any) != 0) {
        for (int i = 0; i < BLOCK / 16; i++) {
            bits |= (uint64_t)(unsigned)_mm_movemask_epi8(both[i]) << 16 * i;
        }
    }
#else
    unsigned char any = 0;
    for (int i = 0; i < BLOCK; i++) { /* compilers know how to look at many at once */
        any |= (one[i] == first) & (two[i] == second);
    }
    for (int i = 0; any && i < BLOCK; i++) {
        bits |= (uint64_t)((one[i] == first) & (two[i] == second)) << i;
    }
#endif
    return bits;
}

/* On to the first block from this place on that has candidates, or past the end. */
NEVER_INLINE void next_block(struct search *search, ptrdiff_t place, int back)
{
    const ptrdiff_t one = search->spots[0], two = search->spots[1];
    const unsigned char first = search->needle[one], second = search->needle[two];
    ptrdiff_t left = search->places - place;
    Bytes text = search->text + (back ? left - BLOCK : place);
    uint64_t bits = 0;

    for (; left >= BLOCK && bits == 0; left -= BLOCK) {
        bits = both_standing(text + one, first, text + two, second);
        text += back ? -BLOCK : BLOCK;
    }
    if (left > 0 && bits == 0) { /* nothing may be read past the end */
        unsigned char ones[BLOCK] = {0}, twos[BLOCK] = {0};
        text = search->text + (back ? 0 : search->places - left);
        memcpy(ones, text + one, (size_t)left);
        memcpy(twos, text + two, (size_t)left);
        bits = both_standing(ones, first, twos, second) << (BLOCK - left); /* the rest is no text */
        bits >>= back ? 0 : BLOCK - left;
        left -= BLOCK;
    }
    search->block = search->places - left - BLOCK;
    search->candidates = bits;
}

ALWAYS_INLINE int outermost_bit(uint64_t bits, int back)
{
#if defined(__GNUC__)
    return back ? __builtin_clzll(bits) : __builtin_ctzll(bits);
#else
    int bit = 0;
    while (!(bits >> (back ? BLOCK - 1 - bit : bit) & 1)) {
        bit++;
    }
    return bit;
#endif
}

/* The first candidate from this place on; the number of places where there is none. */
ALWAYS_INLINE ptrdiff_t next_candidate(struct search *search, ptrdiff_t place, int back)
{
    const uint64_t all = ~(uint64_t)0;
    const ptrdiff_t passed = place - search->block;
    uint64_t bits = 0;

    if (passed < BLOCK) {
        bits = search->candidates & (back ? all >> passed : all << passed);
        place = search->block + BLOCK;
    }
    if (bits == 0) {
        next_block(search, place, back);
        bits = search->candidates;
    }
    return bits == 0 ? search->places : search->block + outermost_bit(bits, back);
}

/* The study */

ALWAYS_INLINE unsigned char at(Bytes bytes, ptrdiff_t length, ptrdiff_t place, int back)
{
    return bytes[back ? length - 1 - place : place];
}

/* Where the largest suffix begins, less one, in the order of bytes or in the reverse one. */
static ptrdiff_t largest_suffix(const struct search *search, int reversed, ptrdiff_t *period,
                                int back)
{
    const ptrdiff_t length = search->length;
    ptrdiff_t best = -1, tried = 0, step = 1;

    *period = 1;
    while (tried + step < length) {
        unsigned char new = at(search->needle, length, tried + step, back);
        unsigned char old = at(search->needle, length, best + step, back);
        if (new == old && step < *period) {
            step++;
        } else if (new == old) {
            tried += step;
            step = 1;
        } else if ((new < old) != reversed) {
            tried += step;
            step = 1;
            *period = tried - best;
        } else {
            best = tried++;
            step = *period = 1;
        }
    }
    return best;
}

static void cut_needle(struct search *search, int back)
{
    const ptrdiff_t n = search->length;
    ptrdiff_t period, other_period;
    ptrdiff_t cut = largest_suffix(search, 0, &period, back);
    ptrdiff_t other = largest_suffix(search, 1, &other_period, back);

    if (other > cut) {
        cut = other;
        period = other_period;
    }
    cut++;
    const ptrdiff_t left = back ? n - cut : 0, moved = left + (back ? -period : period);
    search->cut = cut;
    search->period = memcmp(search->needle + left, search->needle + moved, (size_t)cut) == 0
                         ? period
                         : (cut > n - cut ? cut : n - cut) + 1;
}

enum { SAMPLE = 128, PLACES_A_SPOT = 512 };

/* The sieve is to look at the bytes that a sample of the text has least of. */
static void improve_sieve(struct search *search, int back)
{
    const ptrdiff_t step = search->length / (search->places / PLACES_A_SPOT + 1) + 1;
    unsigned char seen[256] = {0};
    Bytes needle = search->needle;

    for (ptrdiff_t i = 0; i < search->places; i += search->places / SAMPLE + 1) {
        seen[search->text[i]]++;
    }
    ptrdiff_t rarest = back ? search->length - 1 - search->cut : search->cut, other = rarest;
    for (ptrdiff_t spot = 0; spot < search->length; spot += step) {
        if (seen[needle[spot]] < seen[needle[rarest]]) {
            other = rarest;
            rarest = spot;
        } else if (other == rarest || seen[needle[spot]] < seen[needle[other]]) {
            other = spot;
        }
    }
    search->spots[0] = rarest;
    search->spots[1] = other;
}

/* What a candidate costs, and what the study does for each byte. */
enum { CANDIDATE = 8, STUDY = 4 };

ALWAYS_INLINE ptrdiff_t find(Bytes text, ptrdiff_t length, Bytes needle, ptrdiff_t n, int back)
{
    struct search search = {
        .text = text, .places = length - n + 1, .needle = needle, .length = n,
        .spots = {0, n - 1}, .block = -BLOCK, .cut = n, .period = 1};
    ptrdiff_t place = 0, spent = 0;

    while ((place = next_candidate(&search, place, back)) < search.places) {
        Bytes here = text + (back ? search.places - 1 - place : place);
        ptrdiff_t right = search.cut;
        while (right < n && at(needle, n, right, back) == at(here, n, right, back)) {
            right++;
        }
        if (right < n) {
            place += right - search.cut + 1;
            continue;
        }
        const ptrdiff_t left = back ? n - search.cut : 0;
        if (memcmp(here + left, needle + left, (size_t)search.cut) == 0) {
            return here - text;
        }
        place += search.period;
        spent += CANDIDATE + n / 16;
        if (search.cut == n && spent > STUDY * (SAMPLE + n)) {
            cut_needle(&search, back);
            improve_sieve(&search, back);
        }
    }
    return -1;
}

ptrdiff_t search(Bytes text, ptrdiff_t length, Bytes needle, ptrdiff_t needle_length, int back)
{
    if (needle_length == 1 && !back) {
        Bytes found = memchr(text, needle[0], (size_t)length);
        return found == NULL ? -1 : found - text;
    }
#if defined(__GLIBC__)
    if (needle_length == 1) {
        Bytes found = memrchr(text, needle[0], (size_t)length);
        return found == NULL ? -1 : found - text;
    }
#endif
    return back ? find(text, length, needle, needle_length, 1)
                : find(text, length, needle, needle_length, 0);
}
