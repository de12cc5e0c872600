import FleetControl
import FleetStore
import HTTPServing
import ServiceGroup

/// The fleet's own life: takes up what was left, sweeps, and stops before the store closes.
struct FleetService: Service {
    let name = "fleet"
    let fleet: FleetController

    func start() async throws { await fleet.start() }
    func stop(deadline: Duration) async { await fleet.stop() }
}

struct StoreService: Service {
    let name = "store"
    let store: any FleetStore

    func start() async throws {}
    func stop(deadline: Duration) async { await store.close() }
}

struct APIService: Service {
    let name = "api"
    let server: HTTPServer

    func start() async throws { try server.start() }
    func stop(deadline: Duration) async { await server.stop(deadline: deadline) }
}
