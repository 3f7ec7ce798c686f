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

constexpr int kWordTicks = 64;
constexpr int kPageWords = kPageTicks / kWordTicks;
static_assert(sizeof(Bits512) == kPageWords * sizeof(uint64_t), "pages follow without a gap");

// A run fits into the fastest cache, again and again.
constexpr int kRunWordsMax = 128;
// Words without a start in question that are cheaper passed over than left out.
constexpr int kGapWordsMax = 4;

// The words behind a start's own that its visit may reach, `ticks` from the start on.
constexpr int WordsBehind(int ticks) { return (kWordTicks - 2 + ticks) / kWordTicks; }
constexpr int kWordsBehindMax = WordsBehind(kVisitTicksMax);
static_assert(kWordsBehindMax <= kPageWords, "a visit ends in the page behind at the latest");

// The words of consecutive pages.
CLARITY_INLINE uint64_t* Words(Bits512* pages) { return reinterpret_cast<uint64_t*>(pages); }
CLARITY_INLINE const uint64_t* Words(const Bits512* pages) {
  return reinterpret_cast<const uint64_t*>(pages);
}

// The part of [begin, begin + count) that the rows cover, from `begin` on.
CLARITY_INLINE WordRun Covered(const FreeRows& rows, int begin, int count) {
  const int from = std::clamp(rows.first * kPageWords - begin, 0, count);
  return {from, std::clamp(rows.end * kPageWords - begin, from, count)};
}

// free[0, count): the ticks that are free in words [begin, begin + count).
CLARITY_INLINE void LoadFree(const FreeRows& rows, const FreeRow& row, int begin, int count,
                             uint64_t* free) {
  const WordRun covered = Covered(rows, begin, count);
  const ptrdiff_t skipped = begin - ptrdiff_t{rows.first} * kPageWords;
  const uint64_t* const open = Words(rows.open) + skipped;
  std::fill(free, free + covered.begin, 0);
  std::fill(free + covered.end, free + count, 0);
  if (row.used == nullptr) {
    std::copy(open + covered.begin, open + covered.end, free + covered.begin);
    return;
  }
  const uint64_t* const used = Words(row.used) + skipped;
  for (int w = covered.begin; w < covered.end; ++w) free[w] = open[w] & ~used[w];
}

// From the ticks that are free to those at which `length` free ones begin: log-many steps of
// x &= x >> shift. Behind the last word, x[count], nothing is free.
CLARITY_INLINE void Erode(int length, int count, uint64_t* x) {
  x[count] = 0;
  for (int reached = 1; reached < length;) {
    const int shift = std::min({reached, kWordTicks - 1, length - reached});
    for (int w = 0; w < count; ++w) x[w] &= x[w] >> shift | x[w + 1] << (kWordTicks - shift);
    reached += shift;
  }
}

// starts &= x >> offset. Returns whether any is left.
CLARITY_INLINE bool AndShifted(const uint64_t* x, int offset, int count, uint64_t* starts) {
  const uint64_t* const from = x + offset / kWordTicks;
  const int shift = offset % kWordTicks;
  uint64_t any = 0;
  for (int w = 0; w < count; ++w) {
    starts[w] &= from[w] >> shift | from[w + 1] << 1 << (kWordTicks - 1 - shift);
    any |= starts[w];
  }
  return any != 0;
}

// Of the starts in a run keeps those from which all stretches are free. Returns whether any is.
CLARITY_INLINE bool KeepFitting(const FreeRows& rows, WordRun run, uint64_t* starts) {
  uint64_t x[kRunWordsMax + kWordsBehindMax + 1];
  const int count = run.end - run.begin;
  for (const FreeRow& row : rows.stretches) {
    assert(row.offset >= 0 && row.length >= 1 && row.offset + row.length <= kVisitTicksMax);
    const int needed = count + WordsBehind(row.offset + row.length);
    LoadFree(rows, row, run.begin, needed, x);
    Erode(row.length, needed, x);
    if (!AndShifted(x, row.offset, count, starts)) return false;
  }
  return true;
}

}  // namespace

void FindRuns(Tally* tally) {
  const uint64_t* const starts = Words(tally->starts);
  const uint64_t* const enough = Words(tally->at_least + (tally->levels - 1) * tally->pages);
  std::vector<WordRun>& runs = tally->runs;
  runs.clear();
  for (int w = 0; w < tally->pages * kPageWords; ++w) {
    if ((starts[w] & ~enough[w]) == 0) continue;
    if (!runs.empty() && w <= runs.back().end + kGapWordsMax &&
        w < runs.back().begin + kRunWordsMax) {
      runs.back().end = w + 1;
    } else {
      runs.push_back({w, w + 1});
    }
  }
}

CLARITY_VECTORS
void CountResource(const FreeRows& rows, const Tally& tally) {
  uint64_t fitting[kRunWordsMax];
  for (const WordRun run : tally.runs) {
    const int count = run.end - run.begin;
    const uint64_t* const starts = Words(tally.starts) + run.begin;
    uint64_t* at_least = Words(tally.at_least) + run.begin;
    const ptrdiff_t level_words = ptrdiff_t{tally.pages} * kPageWords;
    const uint64_t* const enough = at_least + (tally.levels - 1) * level_words;
    for (int w = 0; w < count; ++w) fitting[w] = starts[w] & ~enough[w];
    if (!KeepFitting(rows, run, fitting)) continue;
    for (int level = 0; level < tally.levels; ++level, at_least += level_words) {
      for (int w = 0; w < count; ++w) {
        const uint64_t already = at_least[w] & fitting[w];
        at_least[w] |= fitting[w];
        fitting[w] = already;
      }
    }
  }
}

CLARITY_VECTORS
void AddOpen(const FreeRows& rows, const std::vector<WordRun>& runs, Bits512* total) {
  int ticks = 0;
  for (const FreeRow& row : rows.stretches) ticks = std::max(ticks, row.offset + row.length);
  for (const WordRun run : runs) {
    const WordRun covered = Covered(rows, run.begin, run.end - run.begin + WordsBehind(ticks));
    const uint64_t* const open =
        Words(rows.open) + (run.begin - ptrdiff_t{rows.first} * kPageWords);
    uint64_t* const to = Words(total) + run.begin;
    for (int w = covered.begin; w < covered.end; ++w) to[w] |= open[w];
  }
}

}  // namespace clarity::calendar
