#ifndef CLARITY_TESTS_FUZZ_MESSAGE_MAKER_H_
#define CLARITY_TESTS_FUZZ_MESSAGE_MAKER_H_

#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace clarity::fuzz {

// The words that come up in messages, by the name of the field they stood in. What is made up of
// them comes further than noise.
class Words {
 public:
  void Learn(const google::protobuf::Message& message);
  const std::vector<std::string>& Of(absl::string_view field) const;
  const std::vector<std::string>& all() const { return all_; }
  // Names of a collection: "clinics".
  const std::vector<std::string>& NamesIn(absl::string_view collection) const;

 private:
  void Add(const std::string& field, const std::string& word);

  std::map<std::string, std::vector<std::string>, std::less<>> by_field_;
  std::map<std::string, std::vector<std::string>, std::less<>> by_collection_;
  std::vector<std::string> all_;
};

// Makes messages up, and changes them: as their types want them, for the most part.
class MessageMaker {
 public:
  // `words` outlive it.
  MessageMaker(unsigned seed, const Words& words) : random_(seed), words_(words) {}

  void Fill(google::protobuf::Message* message) { Fill(message, 0); }
  // One thing in it, at any depth.
  void Change(google::protobuf::Message* message);

  // One of `count`, from 0; 0 of none.
  size_t Pick(size_t count) { return count == 0 ? 0 : random_() % count; }
  bool OneIn(unsigned n) { return Pick(n) == 0; }

 private:
  using Field = google::protobuf::FieldDescriptor;

  void Fill(google::protobuf::Message* message, int depth);
  bool FillKnown(google::protobuf::Message* message);
  void SetSome(google::protobuf::Message* message, const Field* field, int depth);
  void SetOne(google::protobuf::Message* message, const Field* field, int depth);
  void ChangeItems(google::protobuf::Message* message, const Field* field);
  std::string Text(const Field* field);
  std::string Name(const std::string& collection);
  int64_t Number(const Field* field);

  std::mt19937 random_;
  const Words& words_;
};

}  // namespace clarity::fuzz

#endif  // CLARITY_TESTS_FUZZ_MESSAGE_MAKER_H_
