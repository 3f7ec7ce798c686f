#include "services/scheduling/service.h"

#include "clarity/scheduling/v1/catalog_service.grpc.pb.h"
#include "clarity/scheduling/v1/order_service.grpc.pb.h"
#include "clarity/scheduling/v1/scheduling_service.grpc.pb.h"
#include "services/platform/base/limits.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/rpc/door.h"
#include "services/platform/rpc/kept_messages.h"
#include "services/scheduling/booking/appointment_reads.h"
#include "services/scheduling/booking/appointments.h"
#include "services/scheduling/booking/blocks.h"
#include "services/scheduling/booking/calendar_cache.h"
#include "services/scheduling/booking/day_board.h"
#include "services/scheduling/booking/dependents.h"
#include "services/scheduling/booking/holds.h"
#include "services/scheduling/booking/publisher.h"
#include "services/scheduling/booking/steps.h"
#include "services/scheduling/catalog/catalog.h"
#include "services/scheduling/catalog/catalog_store.h"
#include "services/scheduling/orders/orders.h"
#include "services/scheduling/orders/patients.h"
#include "services/scheduling/search/openings.h"
#include "services/scheduling/search/slot_explainer.h"
#include "services/scheduling/search/slot_search.h"
#include "services/scheduling/watch/watch.h"

namespace clarity::scheduling {
namespace {

using Context = grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

// The use cases, in the order in which they stand on each other.
struct UseCases {
  UseCases(storage::Database* database, rpc::Notifier* notifier, base::Random* random)
      : cache(database),
        publisher(&cache, notifier),
        dependents(&publisher),
        catalog(&store, &dependents),
        search(database, &store, &cache),
        openings(database, &store, &cache),
        explainer(database, &store, &cache),
        holds(&store, &cache, &publisher, &explainer, random),
        appointments(database, &store, &cache, &publisher, &explainer, random),
        steps(&store, &cache, &publisher),
        blocks(&store, &publisher, random),
        reads(&store),
        boards(&store),
        orders(&store, &publisher),
        patients(&publisher),
        watch(database, &store) {}

  catalog::CatalogStore store;
  CalendarCache cache;
  Publisher publisher;
  Dependents dependents;
  catalog::CatalogUseCases catalog;
  SlotSearch search;
  Openings openings;
  SlotExplainer explainer;
  Holds holds;
  Appointments appointments;
  Steps steps;
  Blocks blocks;
  AppointmentReads reads;
  DayBoards boards;
  Orders orders;
  Patients patients;
  Watch watch;
};

// The gRPC surface, a line a method.
class SchedulingSurface final : public v1::SchedulingService::CallbackService {
 public:
  SchedulingSurface(rpc::Door* door, UseCases* use) : door_(*door), use_(*use) {
    SetMessageAllocatorFor_FindSlots(&slot_messages_);
  }

  ServerUnaryReactor* FindSlots(Context* c, const v1::FindSlotsRequest* q,
                                v1::FindSlotsResponse* r) override {
    return door_.Compute(c, q, r, &use_.search, &SlotSearch::FindSlots);
  }
  ServerUnaryReactor* CountSlots(Context* c, const v1::CountSlotsRequest* q,
                                 v1::CountSlotsResponse* r) override {
    return door_.Compute(c, q, r, &use_.openings, &Openings::CountSlots);
  }
  ServerUnaryReactor* FindNextAvailable(Context* c, const v1::FindNextAvailableRequest* q,
                                        v1::FindNextAvailableResponse* r) override {
    return door_.Compute(c, q, r, &use_.openings, &Openings::FindNextAvailable);
  }
  ServerUnaryReactor* ExplainSlot(Context* c, const v1::ExplainSlotRequest* q,
                                  v1::ExplainSlotResponse* r) override {
    return door_.Compute(c, q, r, &use_.explainer, &SlotExplainer::ExplainSlot);
  }
  ServerUnaryReactor* CreateHold(Context* c, const v1::CreateHoldRequest* q, v1::Hold* r) override {
    return door_.Write(c, q, r, &use_.holds, &Holds::Create, &Holds::ExplainCreate);
  }
  ServerUnaryReactor* RenewHold(Context* c, const v1::RenewHoldRequest* q, v1::Hold* r) override {
    return door_.Write(c, q, r, &use_.holds, &Holds::Renew);
  }
  ServerUnaryReactor* ReleaseHold(Context* c, const v1::ReleaseHoldRequest* q,
                                  v1::ReleaseHoldResponse* r) override {
    return door_.Write(c, q, r, &use_.holds, &Holds::Release);
  }
  ServerUnaryReactor* BookAppointment(Context* c, const v1::BookAppointmentRequest* q,
                                      v1::Appointment* r) override {
    return door_.Write(c, q, r, &use_.appointments, &Appointments::Book,
                       &Appointments::ExplainBook);
  }
  ServerUnaryReactor* RescheduleAppointment(Context* c, const v1::RescheduleAppointmentRequest* q,
                                            v1::Appointment* r) override {
    return door_.Write(c, q, r, &use_.appointments, &Appointments::Reschedule,
                       &Appointments::ExplainReschedule);
  }
  ServerUnaryReactor* CancelAppointment(Context* c, const v1::CancelAppointmentRequest* q,
                                        v1::Appointment* r) override {
    return door_.Write(c, q, r, &use_.appointments, &Appointments::Cancel);
  }
  ServerUnaryReactor* ConfirmAppointment(Context* c, const v1::ConfirmAppointmentRequest* q,
                                         v1::Appointment* r) override {
    return door_.Write(c, q, r, &use_.steps, &Steps::Confirm);
  }
  ServerUnaryReactor* RecordArrival(Context* c, const v1::RecordArrivalRequest* q,
                                    v1::Appointment* r) override {
    return door_.Write(c, q, r, &use_.steps, &Steps::RecordArrival);
  }
  ServerUnaryReactor* StartAppointment(Context* c, const v1::StartAppointmentRequest* q,
                                       v1::Appointment* r) override {
    return door_.Write(c, q, r, &use_.steps, &Steps::Start);
  }
  ServerUnaryReactor* CompleteAppointment(Context* c, const v1::CompleteAppointmentRequest* q,
                                          v1::Appointment* r) override {
    return door_.Write(c, q, r, &use_.steps, &Steps::Complete);
  }
  ServerUnaryReactor* MarkNoShow(Context* c, const v1::MarkNoShowRequest* q,
                                 v1::Appointment* r) override {
    return door_.Write(c, q, r, &use_.steps, &Steps::MarkNoShow);
  }
  ServerUnaryReactor* UndoAppointmentStep(Context* c, const v1::UndoAppointmentStepRequest* q,
                                          v1::Appointment* r) override {
    return door_.Write(c, q, r, &use_.steps, &Steps::Undo);
  }
  ServerUnaryReactor* GetAppointment(Context* c, const v1::GetAppointmentRequest* q,
                                     v1::Appointment* r) override {
    return door_.Read(c, q, r, &use_.reads, &AppointmentReads::Get);
  }
  ServerUnaryReactor* BatchGetAppointments(Context* c, const v1::BatchGetAppointmentsRequest* q,
                                           v1::BatchGetAppointmentsResponse* r) override {
    return door_.Read(c, q, r, &use_.reads, &AppointmentReads::BatchGet);
  }
  ServerUnaryReactor* ListAppointments(Context* c, const v1::ListAppointmentsRequest* q,
                                       v1::ListAppointmentsResponse* r) override {
    return door_.Read(c, q, r, &use_.reads, &AppointmentReads::List);
  }
  ServerUnaryReactor* GetDayBoard(Context* c, const v1::GetDayBoardRequest* q,
                                  v1::DayBoard* r) override {
    return door_.Read(c, q, r, &use_.boards, &DayBoards::Get);
  }
  ServerUnaryReactor* CreateBlock(Context* c, const v1::CreateBlockRequest* q,
                                  v1::Block* r) override {
    return door_.Write(c, q, r, &use_.blocks, &Blocks::Create);
  }
  ServerUnaryReactor* DeleteBlock(Context* c, const v1::DeleteBlockRequest* q,
                                  v1::DeleteBlockResponse* r) override {
    return door_.Write(c, q, r, &use_.blocks, &Blocks::Delete);
  }
  grpc::ServerWriteReactor<v1::WatchAppointmentsResponse>* WatchAppointments(
      Context* c, const v1::WatchAppointmentsRequest* q) override {
    return door_.Watch(c, q, &use_.watch, &Watch::Open);
  }

 private:
  rpc::Door& door_;
  UseCases& use_;
  rpc::KeptMessages<v1::FindSlotsRequest, v1::FindSlotsResponse> slot_messages_;
};

class CatalogSurface final : public v1::CatalogService::CallbackService {
 public:
  CatalogSurface(rpc::Door* door, UseCases* use) : door_(*door), use_(*use) {}

  ServerUnaryReactor* ApplyCatalog(Context* c, const v1::ApplyCatalogRequest* q,
                                   v1::ApplyCatalogResponse* r) override {
    return door_.Write(c, q, r, &use_.catalog, &catalog::CatalogUseCases::Apply);
  }
  ServerUnaryReactor* ExportCatalog(Context* c, const v1::ExportCatalogRequest* q,
                                    v1::ExportCatalogResponse* r) override {
    return door_.Read(c, q, r, &use_.catalog, &catalog::CatalogUseCases::Export);
  }
  ServerUnaryReactor* GetClinic(Context* c, const v1::GetClinicRequest* q, v1::Clinic* r) override {
    return door_.Compute(c, q, r, &use_.catalog, &catalog::CatalogUseCases::GetClinic);
  }
  ServerUnaryReactor* ListClinics(Context* c, const v1::ListClinicsRequest* q,
                                  v1::ListClinicsResponse* r) override {
    return door_.Compute(c, q, r, &use_.catalog, &catalog::CatalogUseCases::ListClinics);
  }
  ServerUnaryReactor* GetResource(Context* c, const v1::GetResourceRequest* q,
                                  v1::Resource* r) override {
    return door_.Compute(c, q, r, &use_.catalog, &catalog::CatalogUseCases::GetResource);
  }
  ServerUnaryReactor* ListResources(Context* c, const v1::ListResourcesRequest* q,
                                    v1::ListResourcesResponse* r) override {
    return door_.Compute(c, q, r, &use_.catalog, &catalog::CatalogUseCases::ListResources);
  }
  ServerUnaryReactor* GetVisitType(Context* c, const v1::GetVisitTypeRequest* q,
                                   v1::VisitType* r) override {
    return door_.Compute(c, q, r, &use_.catalog, &catalog::CatalogUseCases::GetVisitType);
  }
  ServerUnaryReactor* ListVisitTypes(Context* c, const v1::ListVisitTypesRequest* q,
                                     v1::ListVisitTypesResponse* r) override {
    return door_.Compute(c, q, r, &use_.catalog, &catalog::CatalogUseCases::ListVisitTypes);
  }

 private:
  rpc::Door& door_;
  UseCases& use_;
};

class OrderSurface final : public v1::OrderService::CallbackService {
 public:
  OrderSurface(rpc::Door* door, UseCases* use) : door_(*door), use_(*use) {}

  ServerUnaryReactor* PutOrder(Context* c, const v1::PutOrderRequest* q,
                               v1::PutOrderResponse* r) override {
    return door_.Write(c, q, r, &use_.orders, &Orders::Put);
  }
  ServerUnaryReactor* RevokeOrder(Context* c, const v1::RevokeOrderRequest* q,
                                  v1::RevokeOrderResponse* r) override {
    return door_.Write(c, q, r, &use_.orders, &Orders::Revoke);
  }
  ServerUnaryReactor* GetOrder(Context* c, const v1::GetOrderRequest* q, v1::Order* r) override {
    return door_.Read(c, q, r, &use_.orders, &Orders::Get);
  }
  ServerUnaryReactor* ListOrders(Context* c, const v1::ListOrdersRequest* q,
                                 v1::ListOrdersResponse* r) override {
    return door_.Read(c, q, r, &use_.orders, &Orders::List);
  }
  ServerUnaryReactor* ReassignPatient(Context* c, const v1::ReassignPatientRequest* q,
                                      v1::ReassignPatientResponse* r) override {
    return door_.Write(c, q, r, &use_.patients, &Patients::Reassign);
  }

 private:
  rpc::Door& door_;
  UseCases& use_;
};

class SchedulingServices final : public rpc::Services {
 public:
  SchedulingServices(storage::Database* database, rpc::Notifier* notifier, base::Random* random)
      : use_(database, notifier, random) {}

  absl::Status Load(storage::Database* database) { return use_.store.Load(*database); }

  std::vector<grpc::Service*> OpenTo(rpc::Door* door) override {
    scheduling_ = std::make_unique<SchedulingSurface>(door, &use_);
    catalog_ = std::make_unique<CatalogSurface>(door, &use_);
    orders_ = std::make_unique<OrderSurface>(door, &use_);
    return {scheduling_.get(), catalog_.get(), orders_.get()};
  }

  absl::StatusOr<int64_t> Tidy(storage::Transaction& transaction, absl::Time now) override {
    ASSIGN_OR_RETURN(int64_t removed, SweepHolds(transaction, now));
    ASSIGN_OR_RETURN(const auto snapshot, use_.store.At(transaction));
    for (const v1::Clinic& clinic : snapshot->catalog().clinics()) {
      if (removed >= storage::kTrimRowsMax) break;
      ASSIGN_OR_RETURN(const int64_t changes,
                       storage::TrimChanges(transaction, StreamOf(clinic.name()),
                                            clarity::limits::kChangesKeptPerStream));
      removed += changes;
    }
    return removed;
  }

 private:
  UseCases use_;
  std::unique_ptr<SchedulingSurface> scheduling_;
  std::unique_ptr<CatalogSurface> catalog_;
  std::unique_ptr<OrderSurface> orders_;
};

}  // namespace

std::vector<const google::protobuf::ServiceDescriptor*> Descriptors() {
  const auto* scheduling = v1::FindSlotsRequest::descriptor()->file();
  const auto* catalog = v1::ApplyCatalogRequest::descriptor()->file();
  const auto* orders = v1::PutOrderRequest::descriptor()->file();
  return {scheduling->service(0), catalog->service(0), orders->service(0)};
}

absl::StatusOr<std::unique_ptr<rpc::Services>> MakeServices(storage::Database* database,
                                                            rpc::Notifier* notifier,
                                                            base::Random* random) {
  auto services = std::make_unique<SchedulingServices>(database, notifier, random);
  RETURN_IF_ERROR(services->Load(database));
  return services;
}

}  // namespace clarity::scheduling
