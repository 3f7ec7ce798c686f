#include "services/platform/base/ids.h"

#include <openssl/rand.h>

#include <cstdlib>
#include <utility>

namespace clarity::base {

uint64_t SystemRandom::Next() {
  MutexLock lock(&mutex_);
  if (left_ == 0) {
    // No fallback: an id that could be guessed is worse than no server.
    if (RAND_bytes(reinterpret_cast<unsigned char*>(drawn_.data()), sizeof(drawn_)) != 1) {
      std::abort();
    }
    left_ = drawn_.size();
  }
  return std::exchange(drawn_[--left_], 0);
}

std::string NewId(absl::Time now, Random& random) {
  static constexpr char kAlphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
  constexpr int kTimeChars = 10;    // 50 bits, of which 48 are used
  constexpr int kRandomChars = 16;  // 80 bits, 8 characters from each draw
  std::string id(kTimeChars + kRandomChars, '0');
  uint64_t millis = static_cast<uint64_t>(absl::ToUnixMillis(now)) & ((uint64_t{1} << 48) - 1);
  for (int i = kTimeChars - 1; i >= 0; --i, millis >>= 5) id[i] = kAlphabet[millis & 31];
  uint64_t bits = 0;
  for (int i = 0; i < kRandomChars; ++i, bits >>= 5) {
    if (i % 8 == 0) bits = random.Next();
    id[kTimeChars + i] = kAlphabet[bits & 31];
  }
  return id;
}

}  // namespace clarity::base
