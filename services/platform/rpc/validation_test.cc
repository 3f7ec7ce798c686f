#include "services/platform/rpc/validation.h"

#include <limits>
#include <map>
#include <string>

#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "services/platform/rpc/testing/echo_service.pb.h"
#include "services/platform/rpc/testing/text_proto.h"

namespace clarity::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Item;
using ::testing::Not;
using ::testing::Pair;
using testing::PutItemRequest;
using ::testing::SizeIs;

constexpr char kGood[] = "clinic: 'clinics/lake-forest' kind: KIND_ONE ";

class ValidationTest : public ::testing::Test {
 protected:
  ValidationTest()
      : validator_(*Validator::Create(
            {PutItemRequest::descriptor(), testing::PutGroupRequest::descriptor()})) {}

  absl::Status Check(const PutItemRequest& request, bool may = true) const {
    return validator_->Check(request, [may](absl::string_view) { return may; });
  }

  // The violations of a good item with `more` set, by path.
  std::map<std::string, std::string> ViolationsOf(const std::string& more) const {
    return ViolationsOfItem(testing::FromText<Item>(kGood + more));
  }

  std::map<std::string, std::string> ViolationsOfItem(const Item& item) const {
    PutItemRequest request;
    *request.mutable_item() = item;
    const absl::Status status = Check(request);
    std::map<std::string, std::string> violations;
    google::rpc::BadRequest details;
    if (status.ok() || !base::GetDetail(status, &details)) return violations;
    for (const auto& violation : details.field_violations()) {
      violations[violation.field()] = violation.description();
    }
    return violations;
  }

  std::unique_ptr<const Validator> validator_;
};

TEST_F(ValidationTest, PassesAGoodRequest) {
  EXPECT_THAT(ViolationsOf("patient: 'patients/p1' note: 'ab' label: 'abc' count: 5 "
                           "time { seconds: 1772000000 } duration { seconds: 60 } "
                           "parts { count: 9 } others: 'items/a' others: 'items/b' "
                           "kinds: KIND_ONE kinds: KIND_TWO scope: 'clinics/-' weight: 1.5"),
              IsEmpty());
}

TEST_F(ValidationTest, CollectsAllViolationsWithTheirPaths) {
  const auto violations = ViolationsOfItem(testing::FromText<Item>(
      "clinic: 'lake-forest' count: 6 note: 'x' label: 'A1' parts { count: 3 } parts { } "
      "weight: 0.5"));
  EXPECT_THAT(violations,
              ElementsAre(Pair("item.clinic", HasSubstr("is no name like clinics/{id}")),
                          Pair("item.count", "must be 0 to 5"), Pair("item.kind", "is required"),
                          Pair("item.label", "does not match [a-z]+"),
                          Pair("item.note", "has 1 bytes; 2 is the least"),
                          Pair("item.parts[1].count", "must be 1 to 9"),
                          Pair("item.weight", "must be 1 to 100")));
}

TEST_F(ValidationTest, WantsWhatIsRequired) {
  EXPECT_THAT(std::string(Check(PutItemRequest()).message()), HasSubstr("item: is required"));
  EXPECT_THAT(ViolationsOfItem(Item()),
              ElementsAre(Pair("item.clinic", "is required"), Pair("item.kind", "is required")));
}

TEST_F(ValidationTest, WordsThatMustBeSaidShowAtLeastOneCharacter) {
  const auto says = [&](const std::string& words) {
    Item item = testing::FromText<Item>(kGood);
    item.mutable_comment()->set_words(words);
    return ViolationsOfItem(item);
  };
  for (const char* blank : {" ", "\t\n", "\u00a0", "\u200b", "\ufeff", "\u2060 \u200d", "\u3164",
                            "\u2800", "\u0301", "\ue000", "\U000e0041", "\u115f\u1160", "\u034f"}) {
    EXPECT_THAT(says(blank), ElementsAre(Pair("item.comment.words", HasSubstr("is required"))))
        << blank;
  }
  EXPECT_THAT(says(""), ElementsAre(Pair("item.comment.words", "is required")));
  for (const char* shown : {".", "ok", " ok ", "\u00e9", "e\u0301", "\u6f22", "\u0939\u093f",
                            "\U0001f44d", "\u200bok"}) {
    EXPECT_THAT(says(shown), IsEmpty()) << shown;
  }
}

TEST_F(ValidationTest, ANumberThatMustBeSaidMayBeNoughtAndMayNotBeLeftOut) {
  EXPECT_THAT(ViolationsOf("grade { points: 0 share: 0 parts: 1 }"), IsEmpty());
  EXPECT_THAT(ViolationsOf("grade { }"), ElementsAre(Pair("item.grade.parts", "is required"),
                                                     Pair("item.grade.points", "is required"),
                                                     Pair("item.grade.share", "is required")));
  EXPECT_THAT(ViolationsOf("grade { points: 4 share: nan parts: 1 }"),
              ElementsAre(Pair("item.grade.points", "must be 0 to 3"),
                          Pair("item.grade.share", "is no number")));
}

TEST_F(ValidationTest, TakesOnlyNamesOfTheCollection) {
  for (const char* name : {"clinics/", "clinics/-", "clinics/-a", "clinics/A", "clinics/a/b",
                           "rooms/a", "clinics/a ", "clinic", "clinics/a\xc3\xa4"}) {
    Item item = testing::FromText<Item>(kGood);
    item.set_clinic(name);
    EXPECT_THAT(ViolationsOfItem(item), SizeIs(1)) << name;
  }
  Item item = testing::FromText<Item>(kGood);
  item.set_clinic("clinics/" + std::string(63, 'a'));
  EXPECT_THAT(ViolationsOfItem(item), IsEmpty());
  item.set_clinic("clinics/" + std::string(64, 'a'));
  EXPECT_THAT(ViolationsOfItem(item), SizeIs(1));
}

TEST_F(ValidationTest, BoundsTextsAndListsThatHaveNoRule) {
  Item item = testing::FromText<Item>(kGood);
  item.set_plain(std::string(1024, 'x'));
  for (int i = 0; i < 100; ++i) item.add_others("items/i" + std::to_string(i));
  EXPECT_THAT(ViolationsOfItem(item), IsEmpty());
  item.set_plain(std::string(1025, 'x'));
  item.add_others("items/one-more");
  EXPECT_THAT(ViolationsOfItem(item),
              ElementsAre(Pair("item.others", "has 101 items; 100 is the most"),
                          Pair("item.plain", "has 1025 bytes; 1024 is the most")));
}

TEST_F(ValidationTest, RefusesWhatIsThereTwice) {
  EXPECT_THAT(ViolationsOf("others: 'items/a' others: 'items/a' kinds: KIND_ONE kinds: KIND_ONE"),
              ElementsAre(Pair("item.kinds[1]", "is there already"),
                          Pair("item.others[1]", "is there already")));
}

TEST_F(ValidationTest, RefusesEmptyItemsOfAList) {
  EXPECT_THAT(ViolationsOf("others: '' kinds: KIND_UNSPECIFIED"), SizeIs(2));
}

TEST_F(ValidationTest, RefusesEnumValuesItDoesNotKnow) {
  Item item = testing::FromText<Item>(kGood);
  item.set_kind(static_cast<Item::Kind>(77));
  item.add_kinds(static_cast<Item::Kind>(-1));
  EXPECT_THAT(ViolationsOfItem(item), ElementsAre(Pair("item.kind", "is no value known here"),
                                                  Pair("item.kinds[0]", "is no value known here")));
}

TEST_F(ValidationTest, TakesTheZeroOfAnEnumWhereItIsAChoice) {
  EXPECT_THAT(ViolationsOf("manner: MANNER_UNSPECIFIED"), IsEmpty());
}

TEST_F(ValidationTest, RefusesTimesThatAreNone) {
  for (const char* time : {"seconds: -2208988801", "seconds: 7258118400", "nanos: -1",
                           "nanos: 1000000000", "seconds: 9223372036854775807"}) {
    EXPECT_THAT(ViolationsOf(std::string("time { ") + time + " }"), SizeIs(1)) << time;
  }
  EXPECT_THAT(ViolationsOf("time { seconds: -2208988800 }"), IsEmpty());
  EXPECT_THAT(ViolationsOf("duration { seconds: -1 }"), SizeIs(1));
  EXPECT_THAT(ViolationsOf("duration { seconds: 31622401 }"), SizeIs(1));
}

TEST_F(ValidationTest, RefusesNumbersThatAreNone) {
  Item item = testing::FromText<Item>(kGood);
  item.set_weight(std::numeric_limits<double>::quiet_NaN());
  EXPECT_THAT(ViolationsOfItem(item), ElementsAre(Pair("item.weight", "is no number")));
}

TEST_F(ValidationTest, NeverRepeatsAValue) {
  const auto violations = ViolationsOf("patient: 'Jane Doe' note: 'has seizures often'");
  EXPECT_THAT(violations, SizeIs(2));
  for (const auto& [path, description] : violations) {
    EXPECT_THAT(description, Not(HasSubstr("Jane")));
    EXPECT_THAT(description, Not(HasSubstr("seizures")));
  }
}

TEST_F(ValidationTest, DeniesAFieldThatNeedsAFurtherPermission) {
  auto request =
      testing::FromText<PutItemRequest>("item { clinic: 'clinics/a' kind: KIND_ONE forced: true }");
  EXPECT_EQ(Check(request, /*may=*/false).code(), absl::StatusCode::kPermissionDenied);
  EXPECT_TRUE(Check(request, /*may=*/true).ok());
  request.mutable_item()->set_forced(false);
  EXPECT_TRUE(Check(request, /*may=*/false).ok());
}

TEST_F(ValidationTest, DropsWhatOnlyTheServerFillsAtAnyDepth) {
  auto request = testing::FromText<PutItemRequest>(
      "item { clinic: 'clinics/a' kind: KIND_ONE name: 'not a name' parts { count: 1 name: 'x' } "
      "}");
  EXPECT_TRUE(Check(request).ok());
  EXPECT_TRUE(validator_->HasOutputOnly(request));
  validator_->ClearOutputOnly(&request);
  EXPECT_FALSE(validator_->HasOutputOnly(request));
  EXPECT_EQ(request.item().name(), "");
  EXPECT_EQ(request.item().parts(0).name(), "");
  EXPECT_EQ(request.item().parts(0).count(), 1);
}

TEST_F(ValidationTest, CountsTheViolationsBeyondTheFirstTwenty) {
  testing::PutGroupRequest request;
  for (int i = 0; i < 30; ++i) request.add_participants();
  const absl::Status status = validator_->Check(request, [](absl::string_view) { return true; });
  google::rpc::BadRequest details;
  ASSERT_TRUE(base::GetDetail(status, &details));
  EXPECT_THAT(details.field_violations(), SizeIs(21));
  EXPECT_EQ(details.field_violations(20).description(), "10 more");
}

}  // namespace
}  // namespace clarity::rpc
