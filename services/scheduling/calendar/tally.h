#ifndef CLARITY_SERVICES_SCHEDULING_CALENDAR_TALLY_H_
#define CLARITY_SERVICES_SCHEDULING_CALENDAR_TALLY_H_

#include <vector>

#include "services/scheduling/calendar/page.h"

// The innermost loops of the search. They work on words of 64 ticks; words, like pages, are
// counted from the first page of the starts in question.
namespace clarity::calendar {

// A resource in one stretch of a visit.
struct FreeRow {
  const Bits512* used = nullptr;  // when it has not the shares left; null: never
  int offset = 0;                 // ticks from the start of the visit
  int length = 0;                 // ticks; 1 or more, offset + length <= kVisitTicksMax
};

// When a resource is free for each stretch of a visit: open, and not used. Outside its rows
// nothing is.
struct FreeRows {
  int first = 0;  // the page at which the rows begin; often negative
  int end = 0;    // the page behind their last
  const Bits512* open = nullptr;
  std::vector<FreeRow> stretches;
};

// Words [begin, end), kRunWordsMax at most.
struct WordRun {
  int begin = 0;
  int end = 0;
};

// For every start, how many resources fit: up to `levels`, after which it is no longer in
// question.
struct Tally {
  int pages = 0;
  const Bits512* starts = nullptr;
  Bits512* at_least = nullptr;  // [(k - 1) * pages + page]: the starts at which k or more fit
  int levels = 0;
  std::vector<WordRun> runs;  // all words with starts in question, and few others
};

// Looks anew where there are starts in question.
void FindRuns(Tally* tally);

// Adds one to the count of every start in question from which all stretches are free.
void CountResource(const FreeRows& rows, const Tally& tally);

// Adds to `total` where a resource is open, as far as starts in `runs` can depend on it. `total`
// is a page longer than the starts.
void AddOpen(const FreeRows& rows, const std::vector<WordRun>& runs, Bits512* total);

}  // namespace clarity::calendar

#endif  // CLARITY_SERVICES_SCHEDULING_CALENDAR_TALLY_H_
