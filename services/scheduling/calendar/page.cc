#include "services/scheduling/calendar/page.h"

#include <algorithm>
#include <cassert>

#include "absl/numeric/bits.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace clarity::calendar {
namespace {

// Bits [begin, end) of one word, 0 <= begin <= end <= 64.
uint64_t WordMask(int begin, int end) {
  if (begin == end) return 0;
  return (~uint64_t{0} << begin) & (~uint64_t{0} >> (64 - end));
}

// The part of [begin, end) that falls into a word, as a mask.
uint64_t WordMaskWithin(int word, int begin, int end) {
  return WordMask(std::clamp(begin - word * 64, 0, 64), std::clamp(end - word * 64, 0, 64));
}

}  // namespace

PageRange PagesOf(Interval interval) {
  if (interval.empty()) return {PageOf(interval.begin), 0};
  const PageIndex first = PageOf(interval.begin);
  return {first, static_cast<int>(PageOf(interval.end - 1) - first + 1)};
}

void Bits512::Set(int begin, int end) {
  assert(0 <= begin && begin <= end && end <= kPageTicks);
  for (int w = begin / 64; w * 64 < end; ++w) words[w] |= WordMaskWithin(w, begin, end);
}

void Bits512::Clear(int begin, int end) {
  assert(0 <= begin && begin <= end && end <= kPageTicks);
  for (int w = begin / 64; w * 64 < end; ++w) words[w] &= ~WordMaskWithin(w, begin, end);
}

bool Bits512::any() const {
  uint64_t all = 0;
  for (uint64_t word : words) all |= word;
  return all != 0;
}

int Bits512::count() const {
  int count = 0;
  for (uint64_t word : words) count += absl::popcount(word);
  return count;
}

std::string Bits512::ToBytes() const {
  std::string bytes(kPageBytes, '\0');
  for (size_t i = 0; i < kPageBytes; ++i) {
    bytes[i] = static_cast<char>(words[i / 8] >> (i % 8 * 8));
  }
  return bytes;
}

absl::StatusOr<Bits512> Bits512::FromBytes(absl::string_view bytes) {
  if (bytes.size() != kPageBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("a page has ", kPageBytes, " bytes, not ", bytes.size()));
  }
  Bits512 bits;
  for (size_t i = 0; i < kPageBytes; ++i) {
    bits.words[i / 8] |= uint64_t{static_cast<unsigned char>(bytes[i])} << (i % 8 * 8);
  }
  return bits;
}

bool operator==(const Bits512& a, const Bits512& b) {
  return std::equal(std::begin(a.words), std::end(a.words), std::begin(b.words));
}

Bits512 PageMask(PageIndex page, Interval interval) {
  const Interval within = Intersection(PageInterval(page), interval);
  Bits512 mask;
  if (within.empty()) return mask;
  const Tick origin = page * kPageTicks;
  mask.Set(static_cast<int>(within.begin - origin), static_cast<int>(within.end - origin));
  return mask;
}

}  // namespace clarity::calendar
