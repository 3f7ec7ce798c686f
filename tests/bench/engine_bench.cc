// What a search costs, as a multiple of reading the calendar at all: one plain OR over the open
// pages of every eligible resource. Two weeks, 50 clinicians, 40 rooms, 30 nurses who watch four
// patients each; a treatment session with a nurse one to one while dosing, and a consultation.
//
//   engine_bench           prints a line for each visit and for each share of the calendar booked
//   engine_bench --ratio   prints one number: the multiple for the costlier of the visits where
//                          70 % of everybody's time is taken, over random windows of two weeks
//   engine_bench --by-resources
//   engine_bench --by-days     print how the cost of a search grows with either: the exponent that
//                              fits it best, 1 for as fast as they do

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <random>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "services/scheduling/calendar/assign.h"
#include "services/scheduling/calendar/grid.h"
#include "services/scheduling/calendar/search.h"
#include "tests/bench/reference_size.h"

namespace clarity::calendar {
namespace {

using bench::kClinicians, bench::kRooms, bench::kNurses, bench::kNurseShares;
using bench::kDays, bench::kGridMinutes;

constexpr int kSeed = 1;
constexpr Location kClinic = 0;

// How many there are, and over how many days a search goes.
struct Size {
  int clinicians = kClinicians, rooms = kRooms, nurses = kNurses, days = kDays;

  Interval window() const { return {5'900'000, 5'900'000 + Tick{days} * kTicksPerDay}; }
  // Room for windows that begin at any time of the first one.
  Interval calendar() const { return {window().begin, window().begin + 2 * window().ticks()}; }
};

struct Clinic {
  Size size;
  std::vector<Timeline> timelines;

  std::vector<ResourceView> Views() const {
    std::vector<ResourceView> views;
    views.reserve(timelines.size());
    for (const Timeline& timeline : timelines) views.push_back({&timeline, kClinic});
    return views;
  }
};

// Weekdays, ten hours, some of them less.
Clinic MakeClinic(const Size& size, std::mt19937& random) {
  Clinic clinic{size, {}};
  for (int i = 0; i < size.clinicians + size.rooms + size.nurses; ++i) {
    const int capacity = i < size.clinicians + size.rooms ? 1 : kNurseShares;
    Timeline timeline(capacity, PagesToSearch(size.calendar()));
    const int late = static_cast<int>(random() % 3) * 6, early = static_cast<int>(random() % 3) * 6;
    for (int day = 0; day <= 2 * size.days; ++day) {
      if (day % 7 >= 5) continue;
      const Tick morning = size.window().begin + day * kTicksPerDay + 96;
      timeline.Open(kClinic, {morning + late, morning + 120 - early});
    }
    clinic.timelines.push_back(std::move(timeline));
  }
  return clinic;
}

Need NeedOf(int first, int count, std::vector<PhaseUse> phases) {
  Need need;
  for (int i = 0; i < count; ++i) need.eligible.push_back(first + i);
  need.phases = std::move(phases);
  return need;
}

Visit Session(const Size& size) {
  constexpr PhaseUse none = {}, one = {Mode::kClaim, 1}, all = {Mode::kClaim, 0};
  Visit visit;
  visit.phase_ticks = {3, 12, 12, 3};  // preparation, dosing, observation, clean-up
  visit.needs = {NeedOf(0, size.clinicians, {none, one, none, none}),
                 NeedOf(size.clinicians, size.rooms, {one, one, one, one}),
                 NeedOf(size.clinicians + size.rooms, size.nurses, {one, all, one, none})};
  return visit;
}

Visit Consultation(const Size& size) {
  constexpr PhaseUse one = {Mode::kClaim, 1};
  Visit visit;
  visit.phase_ticks = {12};
  visit.needs = {NeedOf(0, size.clinicians, {one}), NeedOf(size.clinicians, size.rooms, {one})};
  return visit;
}

// Books one visit at the first feasible start of the grid after a random time, with random
// resources.
void BookSomewhere(const Visit& visit, const Bitmap& grid, std::mt19937& random, Clinic& clinic) {
  SearchScratch scratch;
  const std::vector<ResourceView> views = clinic.Views();
  const Bitmap feasible = Feasible(visit, views, grid, scratch);
  const auto start =
      feasible.Next(grid.window().begin + static_cast<Tick>(random() % grid.window().ticks()));
  if (!start.has_value()) return;
  std::vector<std::vector<int>> preference;
  preference.reserve(visit.needs.size());
  for (const Need& need : visit.needs) {
    preference.push_back(need.eligible);
    std::shuffle(preference.back().begin(), preference.back().end(), random);
  }
  const auto fits = [&](int need, int resource) {
    return Fits(StretchesOf(visit, visit.needs[need]), views[resource], *start);
  };
  const Assignment assignment = *Assign(visit, fits, preference);
  for (size_t need = 0; need < visit.needs.size(); ++need) {
    for (int resource : assignment.resources[need]) {
      Timeline& timeline = clinic.timelines[resource];
      for (const Stretch& stretch : StretchesOf(visit, visit.needs[need])) {
        timeline.ApplyClaim(stretch.At(*start), SharesTaken(stretch.use, timeline.capacity()));
      }
    }
  }
}

// The best of many: what the work costs when nothing else gets in its way.
double Microseconds(int times, absl::FunctionRef<void()> work) {
  double best = 1e9;
  for (int i = 0; i < times; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double, std::micro> taken =
        std::chrono::steady_clock::now() - begin;
    best = std::min(best, taken.count());
  }
  return best;
}

// What it takes to read the open pages of all whom the visit's needs may draw from.
double PlainOr(int times, const Visit& visit, Interval window, const Clinic& clinic) {
  const PageRange pages = PagesOf(window);
  std::vector<Bits512> total(static_cast<size_t>(pages.count));
  const double taken = Microseconds(times, [&] {
    for (const Need& need : visit.needs) {
      for (const int index : need.eligible) {
        const Timeline& timeline = clinic.timelines[static_cast<size_t>(index)];
        const Bits512* row = timeline.OpenRow(kClinic) + (pages.first - timeline.pages().first);
        for (size_t page = 0; page < total.size(); ++page) {
          for (int w = 0; w < 8; ++w) total[page].words[w] |= row[page].words[w];
        }
      }
    }
  });
  return total[1].any() ? taken : 0;  // so that the loop is not for nothing
}

void Measure(const char* name, const Visit& visit, const Bitmap& grid, const Clinic& clinic,
             int booked) {
  SearchScratch scratch;
  const std::vector<ResourceView> views = clinic.Views();
  Bitmap feasible;
  const double search =
      Microseconds(500, [&] { feasible = Feasible(visit, views, grid, scratch); });
  const double plain = PlainOr(500, visit, clinic.size.window(), clinic);
  std::printf("%-12s %5d booked %5lld starts   search %6.2f us   plain OR %5.2f us   ratio %4.1f\n",
              name, booked, static_cast<long long>(feasible.count()), search, plain,
              search / plain);
}

// Of the time that a resource is there: the share of it that is taken.
double Taken(const Timeline& timeline) {
  double open = 0, used = 0;
  const Bits512* open_row = timeline.OpenRow(kClinic);
  for (int page = 0; page < timeline.pages().count; ++page) {
    open += open_row[page].count();
    for (int k = 1; k <= timeline.capacity(); ++k) {
      if (timeline.UsedRow(k) != nullptr) used += timeline.UsedRow(k)[page].count();
    }
  }
  return used / (open * timeline.capacity());
}

double TakenOfRooms(const Clinic& clinic) {
  double taken = 0;
  const Size& size = clinic.size;
  for (int i = 0; i < size.rooms; ++i) taken += Taken(clinic.timelines[size.clinicians + i]);
  return taken / size.rooms;
}

// Takes up to an hour and a half from a random moment on, if that is free.
void BlockSomewhere(Interval calendar, std::mt19937& random, Timeline& timeline) {
  const auto begin = calendar.begin + static_cast<Tick>(random() % calendar.ticks());
  const auto length = static_cast<Tick>(6 + random() % 13);
  Tick end = begin;
  while (end < begin + length && timeline.IsFree(kClinic, {end, end + 1}, timeline.capacity())) {
    ++end;
  }
  if (end > begin) timeline.ApplyClaim({begin, end}, timeline.capacity());
}

// As the filling of network M: visits as far as they go, blocks for the rest.
Clinic MakeTakenClinic(const Size& size, std::mt19937& random) {
  constexpr double kTakenByVisits = 0.55;
  Clinic clinic = MakeClinic(size, random);
  const Bitmap grid = GridMask(size.calendar(), absl::UTCTimeZone(), kGridMinutes);
  const Visit session = Session(size), consultation = Consultation(size);
  while (TakenOfRooms(clinic) < kTakenByVisits) {
    BookSomewhere(random() % 3 == 0 ? session : consultation, grid, random, clinic);
  }
  for (Timeline& timeline : clinic.timelines) {
    while (Taken(timeline) < bench::kTaken) BlockSomewhere(size.calendar(), random, timeline);
  }
  return clinic;
}

// What a search costs, and the reading alone, on average over random windows: microseconds.
struct Cost {
  double search = 0, plain = 0;
};

Cost MeanCost(const Visit& visit, const Clinic& clinic, std::mt19937& random) {
  constexpr int kWindows = 200, kTimes = 5;
  SearchScratch scratch;
  const std::vector<ResourceView> views = clinic.Views();
  Cost cost;
  for (int i = 0; i < kWindows; ++i) {
    Interval window = clinic.size.window();
    const auto later = static_cast<Tick>(random() % window.ticks());
    window = {window.begin + later, window.end + later};
    const Bitmap grid = GridMask(window, absl::UTCTimeZone(), kGridMinutes);
    cost.search += Microseconds(kTimes, [&] { Feasible(visit, views, grid, scratch); }) / kWindows;
    cost.plain += PlainOr(kTimes, visit, window, clinic) / kWindows;
  }
  return cost;
}

double Ratio(const Visit& visit, const Clinic& clinic, std::mt19937& random) {
  const Cost cost = MeanCost(visit, clinic, random);
  std::fprintf(stderr, "search %6.2f us   plain OR %5.2f us   ratio %4.2f\n", cost.search,
               cost.plain, cost.search / cost.plain);
  return cost.search / cost.plain;
}

double MedianRatio(const Visit& visit, const Clinic& clinic, std::mt19937& random) {
  std::array<double, bench::kRounds> ratios{};
  for (double& ratio : ratios) ratio = Ratio(visit, clinic, random);
  std::sort(ratios.begin(), ratios.end());
  return ratios[bench::kRounds / 2];
}

void RunRatio() {
  std::mt19937 random(kSeed);
  const Size size;
  const Clinic clinic = MakeTakenClinic(size, random);
  std::fprintf(stderr, "seed %d, a session, then a consultation\n", kSeed);
  const double session = MedianRatio(Session(size), clinic, random);
  const double consultation = MedianRatio(Consultation(size), clinic, random);
  std::printf("%.2f\n", std::max(session, consultation));
}

// The slope of the line that fits the points best (least squares).
double Slope(const std::vector<std::pair<double, double>>& points) {
  double x_mean = 0, y_mean = 0, xy = 0, xx = 0;
  for (const auto& [x, y] : points) {
    x_mean += x / static_cast<double>(points.size());
    y_mean += y / static_cast<double>(points.size());
  }
  for (const auto& [x, y] : points) {
    xy += (x - x_mean) * (y - y_mean);
    xx += (x - x_mean) * (x - x_mean);
  }
  return xy / xx;
}

// Of the cost against M made so many times larger: of the costlier visit, the session.
void RunExponent(absl::FunctionRef<Size(int times)> enlarged) {
  std::vector<std::pair<double, double>> points;
  for (const int times : {1, 2, 4, 8}) {
    std::mt19937 random(kSeed);
    const Size size = enlarged(times);
    const Clinic clinic = MakeTakenClinic(size, random);
    const Cost cost = MeanCost(Session(size), clinic, random);
    std::fprintf(stderr, "%d resources, %3d days: %7.2f us\n",
                 size.clinicians + size.rooms + size.nurses, size.days, cost.search);
    points.emplace_back(std::log2(times), std::log2(cost.search));
  }
  std::printf("%.3f\n", Slope(points));
}

Size OfMoreResources(int times) {
  return {kClinicians * times, kRooms * times, kNurses * times, kDays};
}

Size OfMoreDays(int times) { return {kClinicians, kRooms, kNurses, kDays * times}; }

void RunTable() {
  std::printf("seed %d\n", kSeed);
  std::mt19937 random(kSeed);
  const Size size;
  Clinic clinic = MakeClinic(size, random);
  const Visit session = Session(size), consultation = Consultation(size);
  const Bitmap grid = GridMask(size.window(), absl::UTCTimeZone(), kGridMinutes);
  int booked = 0;
  for (int target : {0, 300, 600, 900, 1200}) {
    for (; booked < target; ++booked) {
      BookSomewhere(random() % 3 == 0 ? consultation : session, grid, random, clinic);
    }
    Measure("session", session, grid, clinic, booked);
    Measure("consultation", consultation, grid, clinic, booked);
  }
}

}  // namespace
}  // namespace clarity::calendar

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "--ratio") {
    clarity::calendar::RunRatio();
  } else if (what == "--by-resources") {
    clarity::calendar::RunExponent(clarity::calendar::OfMoreResources);
  } else if (what == "--by-days") {
    clarity::calendar::RunExponent(clarity::calendar::OfMoreDays);
  } else {
    clarity::calendar::RunTable();
  }
  return 0;
}
