#ifndef CLARITY_SERVICES_SCHEDULING_CALENDAR_TALLY_H_
#define CLARITY_SERVICES_SCHEDULING_CALENDAR_TALLY_H_

#include <vector>

#include "services/scheduling/calendar/page.h"

// The innermost loops of the search. All rows are whole pages, and pages are counted from the
// first page of the starts in question.
namespace clarity::calendar {

// Where a resource is free for one stretch of a visit: open, and not used.
struct FreeRow {
  const Bits512* open = nullptr;
  const Bits512* used = nullptr;  // null: never used
  int offset = 0;                 // ticks from the start of the visit
  int length = 0;                 // ticks; 1 or more, offset + length <= kVisitTicksMax
};

// The same resource in all stretches of a visit. Outside its rows nothing is free.
struct FreeRows {
  int first = 0;  // the page at which the rows begin; often negative
  int end = 0;    // the page behind their last
  std::vector<FreeRow> stretches;
};

// For every start in question, how many resources fit: up to `levels`, after which it is no
// longer in question.
struct Tally {
  int pages = 0;
  const Bits512* starts = nullptr;
  Bits512* at_least = nullptr;  // [(k - 1) * pages + page]: the starts at which k or more fit
  int levels = 0;
};

// Where CountResource and KeepFitting work: kept so that it need not be allocated anew.
struct TallyScratch {
  std::vector<Bits512> rising;
  std::vector<Bits512> eroded;
};

// Adds one to the count of every start in question from which all stretches are free, and says in
// `fitting`, as many pages, which these are. Returns whether any start still was in question.
bool CountResource(const FreeRows& rows, const Tally& tally, Bits512* fitting,
                   TallyScratch& scratch);

// Of the starts in `pages` pages keeps those from which all stretches are free.
void KeepFitting(const FreeRows& rows, int pages, Bits512* starts, TallyScratch& scratch);

// total[page] |= row[page]
void AddRow(const Bits512* row, int pages, Bits512* total);

}  // namespace clarity::calendar

#endif  // CLARITY_SERVICES_SCHEDULING_CALENDAR_TALLY_H_
