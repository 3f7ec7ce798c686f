#include "services/scheduling/calendar/tally.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>

#include "services/scheduling/calendar/visit.h"

// Plain loops over words, which the compiler turns into vectors (this file is built for speed),
// once for any processor and once for those with 256-bit vectors; the loader picks. Not under the
// sanitizers, whose runtime is not up yet when the loader asks.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define CLARITY_VECTORS __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define CLARITY_VECTORS
#endif
// Into each of those.
#define CLARITY_INLINE inline __attribute__((always_inline))

namespace clarity::calendar {
namespace {

constexpr int kPageWords = kPageTicks / 64;
static_assert(sizeof(Bits512) == kPageWords * sizeof(uint64_t), "pages follow without a gap");

// The words of consecutive pages.
CLARITY_INLINE uint64_t* Words(Bits512* pages) { return reinterpret_cast<uint64_t*>(pages); }
CLARITY_INLINE const uint64_t* Words(const Bits512* pages) {
  return reinterpret_cast<const uint64_t*>(pages);
}

// *free has `pages` pages, of which those within the rows are filled, and the others are clear.
CLARITY_INLINE void LoadFree(const FreeRows& rows, const FreeRow& row, int pages, Bits512* free) {
  const int first = std::clamp(rows.first, 0, pages);
  const int end = std::clamp(rows.end, first, pages);
  std::fill(free, free + first, Bits512());
  std::fill(free + end, free + pages, Bits512());
  const int words = (end - first) * kPageWords;
  const ptrdiff_t skipped = first - rows.first;
  uint64_t* const to = Words(free + first);
  const uint64_t* const open = Words(row.open + skipped);
  if (row.used == nullptr) {
    std::copy(open, open + words, to);
    return;
  }
  const uint64_t* const used = Words(row.used + skipped);
  for (int w = 0; w < words; ++w) to[w] = open[w] & ~used[w];
}

// From the ticks that are free to those at which `length` free ones begin: log-many steps of
// x &= x >> shift. Beyond the last page nothing is free.
CLARITY_INLINE void Erode(int length, int pages, Bits512* x) {
  uint64_t* const words = Words(x);
  const int last = pages * kPageWords - 1;
  for (int reached = 1; reached < length;) {
    const int shift = std::min({reached, 63, length - reached});
    for (int w = 0; w < last; ++w) words[w] &= words[w] >> shift | words[w + 1] << (64 - shift);
    words[last] &= words[last] >> shift;
    reached += shift;
  }
}

// starts &= x >> offset, where `x` is a page longer. Returns whether any is left.
CLARITY_INLINE bool AndShifted(const Bits512* x, int offset, int pages, Bits512* starts) {
  uint64_t* const to = Words(starts);
  const uint64_t* const from = Words(x) + offset / 64;
  const int shift = offset % 64;
  uint64_t any = 0;
  for (int w = 0; w < pages * kPageWords; ++w) {
    to[w] &= from[w] >> shift | from[w + 1] << 1 << (63 - shift);
    any |= to[w];
  }
  return any != 0;
}

// In starts[0, pages) keeps those from which all stretches are free.
CLARITY_INLINE void Filter(const FreeRows& rows, int pages, Bits512* starts, Bits512* eroded) {
  for (const FreeRow& row : rows.stretches) {
    assert(row.offset >= 0 && row.length >= 1 && row.offset + row.length <= kVisitTicksMax);
    LoadFree(rows, row, pages + 1, eroded);
    Erode(row.length, pages + 1, eroded);
    if (!AndShifted(eroded, row.offset, pages, starts)) return;
  }
}

}  // namespace

CLARITY_VECTORS
bool CountResource(const FreeRows& rows, const Tally& tally, Bits512* fitting,
                   TallyScratch& scratch) {
  scratch.eroded.resize(static_cast<size_t>(tally.pages) + 1);
  const int words = tally.pages * kPageWords;
  uint64_t* const fits = Words(fitting);
  const uint64_t* const starts = Words(tally.starts);
  const uint64_t* const enough = Words(tally.at_least + ptrdiff_t{tally.levels - 1} * tally.pages);
  uint64_t in_question = 0;
  for (int w = 0; w < words; ++w) {
    fits[w] = starts[w] & ~enough[w];
    in_question |= fits[w];
  }
  if (in_question == 0) return false;

  Filter(rows, tally.pages, fitting, scratch.eroded.data());
  if (tally.levels == 1) {
    uint64_t* const at_least = Words(tally.at_least);
    for (int w = 0; w < words; ++w) at_least[w] |= fits[w];
    return true;
  }
  scratch.rising.assign(fitting, fitting + tally.pages);
  uint64_t* const rising = Words(scratch.rising.data());
  for (int level = 0; level < tally.levels; ++level) {
    uint64_t* const at_least = Words(tally.at_least + ptrdiff_t{level} * tally.pages);
    for (int w = 0; w < words; ++w) {
      const uint64_t already = at_least[w] & rising[w];
      at_least[w] |= rising[w];
      rising[w] = already;
    }
  }
  return true;
}

CLARITY_VECTORS
void KeepFitting(const FreeRows& rows, int pages, Bits512* starts, TallyScratch& scratch) {
  scratch.eroded.resize(static_cast<size_t>(pages) + 1);
  Filter(rows, pages, starts, scratch.eroded.data());
}

CLARITY_VECTORS
void AddRow(const Bits512* row, int pages, Bits512* total) {
  uint64_t* const to = Words(total);
  const uint64_t* const from = Words(row);
  for (int w = 0; w < pages * kPageWords; ++w) to[w] |= from[w];
}

}  // namespace clarity::calendar
