#ifndef CLARITY_TESTS_FUZZ_DECLARED_TEXT_H_
#define CLARITY_TESTS_FUZZ_DECLARED_TEXT_H_

#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>

#include "google/protobuf/text_format.h"
#include "tests/fuzz/message_maker.h"
#include "tests/support/temporary_directory.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t size_max);

// For what operators write: text files of a message.
namespace clarity::fuzz {

// The input as the one file of a directory, which stays from input to input.
inline std::string FileOf(const uint8_t* data, size_t size) {
  static const auto* const directory = new tests::TemporaryDirectory;
  std::string path = *directory / "declared.textproto";
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  return path;
}

// Now and then the letters of it, for the most part what it says.
template <typename T>
size_t ChangeDeclared(uint8_t* data, size_t size, size_t size_max, unsigned seed,
                      const Words& words) {
  MessageMaker maker(seed, words);
  T message;
  const bool is_read = google::protobuf::TextFormat::ParseFromString(
      std::string(reinterpret_cast<const char*>(data), size), &message);
  if (!is_read || maker.OneIn(4)) return LLVMFuzzerMutate(data, size, size_max);
  for (size_t changes = 1 + maker.Pick(3); changes > 0; --changes) maker.Change(&message);
  std::string text;
  google::protobuf::TextFormat::PrintToString(message, &text);
  if (text.size() > size_max) return LLVMFuzzerMutate(data, size, size_max);
  std::memcpy(data, text.data(), text.size());
  return text.size();
}

}  // namespace clarity::fuzz

#endif  // CLARITY_TESTS_FUZZ_DECLARED_TEXT_H_
