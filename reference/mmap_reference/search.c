/* The two-way algorithm (Crochemore and Perrin, 1991), whose time is linear whatever text
   and needle are, behind a sieve that passes at the speed of memory over the places where
   some bytes of the needle do not stand. The sieve saves time and decides nothing.

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

enum { BLOCK = 64, MOST_LOOKS = 4 };

struct search {
    Bytes text;
    ptrdiff_t places; /* where the needle could stand, in all */
    Bytes needle;
    ptrdiff_t length; /* of the needle */

    /* The sieve looks at a few bytes of the needle, which are here in memory, and at a block
       of places at once. Of the last one it has a bit for each place where they all stand,
       the first place outermost. */
    int looks;
    ptrdiff_t spots[MOST_LOOKS + 1];
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

/* Bit i tells whether the byte stands at i. */
ALWAYS_INLINE uint64_t
standing(Bytes text, ptrdiff_t count, unsigned char byte)
{
    uint64_t bits = 0;
    ptrdiff_t i = 0;

#if defined(__SSE2__)
    for (; i + 16 <= count; i += 16) {
        __m128i sixteen = _mm_loadu_si128((const __m128i *)(text + i));
        __m128i equal = _mm_cmpeq_epi8(sixteen, _mm_set1_epi8((char)byte));
        bits |= (uint64_t)(unsigned)_mm_movemask_epi8(equal) << i;
    }
#endif
    for (; i < count; i++) {
        bits |= (uint64_t)(text[i] == byte) << i;
    }
    return bits;
}

/* Whether two bytes stand together anywhere in a block. */
ALWAYS_INLINE int
any_standing(Bytes one, unsigned char first, Bytes two, unsigned char second)
{
#if defined(__SSE2__)
    const __m128i firsts = _mm_set1_epi8((char)first), seconds = _mm_set1_epi8((char)second);
    __m128i any = _mm_setzero_si128();
    for (int i = 0; i < BLOCK; i += 16) {
        __m128i a = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(one + i)), firsts);
        __m128i b = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(two + i)), seconds);
        any = _mm_or_si128(any, _mm_and_si128(a, b));
    }
    return _mm_movemask_epi8(any);
#else
    unsigned char any = 0;
    for (int i = 0; i < BLOCK; i++) { /* compilers know how to look at many at once */
        any |= (one[i] == first) & (two[i] == second);
    }
    return any;
#endif
}

/* How many blocks to pass before one where the first two looks agree. The first block is at
   this place in memory, and the next one a `step` away. */
NEVER_INLINE ptrdiff_t
empty_blocks(const struct search *search, ptrdiff_t place, ptrdiff_t blocks, ptrdiff_t step)
{
    const ptrdiff_t one = search->spots[0], two = search->spots[1];
    const unsigned char first = search->needle[one], second = search->needle[two];
    Bytes text = search->text + place;
    ptrdiff_t empty = 0;

    while (empty < blocks && !any_standing(text + one, first, text + two, second)) {
        empty++;
        text += step;
    }
    return empty;
}

ALWAYS_INLINE int
outermost_bit(uint64_t bits, int back)
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
ALWAYS_INLINE ptrdiff_t
next_candidate(struct search *search, ptrdiff_t place, int back)
{
    const uint64_t all = ~(uint64_t)0;
    const ptrdiff_t passed = place - search->block;
    uint64_t bits = 0;

    if (passed < BLOCK) {
        bits = search->candidates & (back ? all >> passed : all << passed);
        place = search->block + BLOCK;
    }
    for (; bits == 0; place = search->block + BLOCK) {
        ptrdiff_t left = search->places - place;
        if (left >= BLOCK) {
            left -= BLOCK * empty_blocks(search, back ? left - BLOCK : place, left / BLOCK,
                                         back ? -BLOCK : BLOCK);
        }
        if (left <= 0) {
            return search->places;
        }
        const ptrdiff_t count = left < BLOCK ? left : BLOCK;
        search->block = search->places - left;
        Bytes text = search->text + (back ? left - count : search->block);
        bits = all;
        for (int i = 0; i < search->looks; i++) {
            const ptrdiff_t spot = search->spots[i];
            bits &= standing(text + spot, count, search->needle[spot]);
        }
        bits <<= back ? BLOCK - count : 0;
        search->candidates = bits;
    }
    return search->block + outermost_bit(bits, back);
}

/* The study */

ALWAYS_INLINE unsigned char
at(Bytes bytes, ptrdiff_t length, ptrdiff_t place, int back)
{
    return bytes[back ? length - 1 - place : place];
}

/* Where the largest suffix begins, less one, in the order of bytes or in the reverse one. */
static ptrdiff_t
largest_suffix(const struct search *search, int reversed, ptrdiff_t *period, int back)
{
    const ptrdiff_t length = search->length;
    ptrdiff_t best = -1, tried = 0, step = 1;

    *period = 1;
    while (tried + step < length) {
        unsigned char new = at(search->needle, length, tried + step, back);
        unsigned char old = at(search->needle, length, best + step, back);
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

static void
cut_needle(struct search *search, int back)
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
    search->period =
        memcmp(search->needle + left, search->needle + moved, (size_t)cut) == 0
            ? period
            : (cut > n - cut ? cut : n - cut) + 1;
}

enum { SAMPLE = 128, PLACES_A_SPOT = 512 };

/* Of this byte and those that the sieve looks at already, it keeps the rarest ones. */
static void
consider(struct search *search, ptrdiff_t spot, const unsigned char seen[256])
{
    int i = search->looks;

    for (; i > 0; i--) {
        const ptrdiff_t other = search->spots[i - 1];
        if (seen[search->needle[other]] <= seen[search->needle[spot]]) {
            break;
        }
        search->spots[i] = other;
    }
    search->spots[i] = spot;
    search->looks += search->looks < MOST_LOOKS;
}

/* Rare are bytes that a sample of the text has least of. */
static void
improve_sieve(struct search *search, int back)
{
    const ptrdiff_t cut = back ? search->length - 1 - search->cut : search->cut;
    const ptrdiff_t step = search->length / (search->places / PLACES_A_SPOT + 1) + 1;
    unsigned char seen[256] = {0};

    for (ptrdiff_t i = 0; i < search->places; i += search->places / SAMPLE + 1) {
        seen[search->text[i]]++;
    }
    search->looks = 0;
    consider(search, cut, seen);
    for (ptrdiff_t spot = 0; spot < search->length; spot += step) {
        if (spot != cut) {
            consider(search, spot, seen);
        }
    }
}

/* What a candidate costs, and what the study does for each byte. */
enum { CANDIDATE = 8, STUDY = 4 };

ALWAYS_INLINE ptrdiff_t
find(Bytes text, ptrdiff_t length, Bytes needle, ptrdiff_t n, int back)
{
    struct search search = {
        .text = text, .places = length - n + 1, .needle = needle, .length = n, .looks = 2,
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

ptrdiff_t
search_first(Bytes text, ptrdiff_t length, Bytes needle, ptrdiff_t needle_length)
{
    if (needle_length == 1) {
        Bytes found = memchr(text, needle[0], (size_t)length);
        return found == NULL ? -1 : found - text;
    }
    return find(text, length, needle, needle_length, 0);
}

ptrdiff_t
search_last(Bytes text, ptrdiff_t length, Bytes needle, ptrdiff_t needle_length)
{
#if defined(__GLIBC__)
    if (needle_length == 1) {
        Bytes found = memrchr(text, needle[0], (size_t)length);
        return found == NULL ? -1 : found - text;
    }
#endif
    return find(text, length, needle, needle_length, 1);
}
