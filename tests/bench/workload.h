#ifndef CLARITY_TESTS_BENCH_WORKLOAD_H_
#define CLARITY_TESTS_BENCH_WORKLOAD_H_

#include <random>
#include <vector>

#include "absl/functional/function_ref.h"
#include "clarity/scheduling/v1/scheduling_service.pb.h"
#include "grpcpp/grpcpp.h"
#include "tests/bench/load.h"

// What callers of network M ask for. The same numbers drawn give the same requests.
namespace clarity::bench {

inline constexpr int kCallers = 32;
inline constexpr int kSlotsBack = 20;
inline constexpr char kFindSlots[] = "/clarity.scheduling.v1.SchedulingService/FindSlots";
inline constexpr char kBook[] = "/clarity.scheduling.v1.SchedulingService/BookAppointment";

// Any visit, at one clinic, some or all, from some hour of the first week on, for a week or more.
scheduling::v1::FindSlotsRequest RandomSearch(std::mt19937& random);

struct FullSearch {
  scheduling::v1::FindSlotsRequest request;
  size_t reply_bytes = 0;
};
// So many of those drawn that have a full page of slots to give.
using DrawSearch = absl::FunctionRef<scheduling::v1::FindSlotsRequest()>;
std::vector<FullSearch> FullSearches(int count, Load* search, DrawSearch draw);

// A session at a random start of the coming year; `number` tells patients and requests apart.
scheduling::v1::BookAppointmentRequest RandomBooking(int number, std::mt19937& random);

}  // namespace clarity::bench

#endif  // CLARITY_TESTS_BENCH_WORKLOAD_H_
