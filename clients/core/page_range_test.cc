#include "clients/core/page_range.h"

#include <vector>

#include "clarity/scheduling/v1/catalog_service.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace clarity::client {
namespace {

using scheduling::v1::Clinic;
using scheduling::v1::ListClinicsRequest;
using scheduling::v1::ListClinicsResponse;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

ListClinicsResponse Page(const std::vector<std::string>& names, const std::string& next) {
  ListClinicsResponse page;
  for (const std::string& name : names) page.add_clinics()->set_name(name);
  page.set_next_page_token(next);
  return page;
}

class PageRangeTest : public testing::Test {
 protected:
  PageRange<Clinic> Clinics(std::vector<absl::StatusOr<ListClinicsResponse>> pages) {
    ListClinicsRequest request;
    request.set_page_size(2);
    return Paginate<Clinic, ListClinicsRequest, ListClinicsResponse>(
        request, &ListClinicsResponse::mutable_clinics,
        [this, pages](const ListClinicsRequest& page) -> absl::StatusOr<ListClinicsResponse> {
          EXPECT_EQ(page.page_size(), 2);
          tokens_.push_back(page.page_token());
          return pages.at(tokens_.size() - 1);
        });
  }

  static std::vector<std::string> Read(PageRange<Clinic> range) {
    std::vector<std::string> result;
    for (const absl::StatusOr<Clinic>& clinic : range) {
      result.push_back(clinic.ok() ? clinic->name() : clinic.status().ToString());
    }
    return result;
  }

  std::vector<std::string> tokens_;
};

TEST_F(PageRangeTest, GoesThroughAllPagesAlsoEmptyOnes) {
  EXPECT_THAT(Read(Clinics({Page({"a", "b"}, "t1"), Page({}, "t2"), Page({"c"}, "")})),
              ElementsAre("a", "b", "c"));
  EXPECT_THAT(tokens_, ElementsAre("", "t1", "t2"));
}

TEST_F(PageRangeTest, NothingAtAll) { EXPECT_THAT(Read(Clinics({Page({}, "")})), IsEmpty()); }

TEST_F(PageRangeTest, AsksForAPageOnlyWhenItIsNeeded) {
  PageRange<Clinic> range = Clinics({Page({"a", "b"}, "t1"), Page({"c"}, "")});
  auto it = range.begin();
  ++it;
  EXPECT_EQ((*it)->name(), "b");
  EXPECT_THAT(tokens_, ElementsAre(""));
}

TEST_F(PageRangeTest, AnErrorIsTheLastItem) {
  EXPECT_THAT(Read(Clinics({Page({"a"}, "t1"), absl::UnavailableError("away")})),
              ElementsAre("a", "UNAVAILABLE: away"));
}

}  // namespace
}  // namespace clarity::client
