#ifndef CLARITY_TESTS_BENCH_REFERENCE_SIZE_H_
#define CLARITY_TESTS_BENCH_REFERENCE_SIZE_H_

// The reference network M in numbers: what the figures of README.md are measured on.
namespace clarity::bench {

inline constexpr int kClinics = 5;
inline constexpr int kClinicians = 50;
inline constexpr int kRooms = 40;
inline constexpr int kNurses = 30;
inline constexpr int kNurseShares = 4;  // patients a nurse may watch at once
inline constexpr int kDays = 14;
inline constexpr double kTaken = 0.7;  // of the time each of them is there
inline constexpr int kGridMinutes = 15;

inline constexpr int kRounds = 5;

}  // namespace clarity::bench

#endif  // CLARITY_TESTS_BENCH_REFERENCE_SIZE_H_
