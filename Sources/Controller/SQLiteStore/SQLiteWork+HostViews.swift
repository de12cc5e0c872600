import FleetStore
import NestingModel
import NestingPolicy

/// Hosts with their reports. Those of a large fleet are hundreds of megabytes of JSON: they are read a page at a time, and
/// what is in a page is decoded on all cores.
extension SQLiteWork {
    func hosts() throws(StoreFailure) -> [HostView] { try views("", []) }

    func host(_ path: NodePath) throws(StoreFailure) -> HostView? {
        try views("WHERE path = ?", [.text(path.description)]).first
    }

    func hosts(ofTree root: String) throws(StoreFailure) -> [HostView] {
        let tree = Self.tree(root)
        return try views(tree.condition, tree.values)
    }

    func eachTree(_ body: ([HostView]) throws(StoreFailure) -> Void) throws(StoreFailure) {
        // In the order of paths, in which a tree stands together; there is an index over it.
        try pages("ORDER BY replace(path, '/', char(1))", [], splitsTrees: false, body)
    }

    private func views(_ filter: String, _ values: [SQLiteValue]) throws(StoreFailure) -> [HostView] {
        var views: [HostView] = []
        try pages(filter, values, splitsTrees: true) { views += $0 }
        return views.sorted { $0.host.path < $1.host.path }
    }

    private func pages(
        _ filter: String, _ values: [SQLiteValue], splitsTrees: Bool,
        _ body: ([HostView]) throws(StoreFailure) -> Void
    ) throws(StoreFailure) {
        var page: [StoredHost] = []
        _ = try connection.rows(
            """
            SELECT host.document, health, host_report.document, substr(path, 1, instr(path || '/', '/') - 1)
            FROM host LEFT JOIN host_report USING (path) \(filter)
            """, values
        ) { (row) throws(StoreFailure) in
            let host = StoredHost(
                host: row.bytes(0), health: row.isNull(1) ? nil : row.bytes(1),
                report: row.isNull(2) ? nil : row.bytes(2), root: row.text(3))
            if page.count >= Self.page, splitsTrees || page.last?.root != host.root {
                try body(try Self.views(page))
                page = []
            }
            page.append(host)
        }
        if !page.isEmpty { try body(try Self.views(page)) }
    }

    /// Hosts whose documents are in memory at once, but for trees that are larger.
    private static let page = 512

    private static func views(_ page: [StoredHost]) throws(StoreFailure) -> [HostView] {
        let parts = AllCores.map(page.count, least: 8) { range in
            Result { () throws(StoreFailure) in
                try page[range].map { (host) throws(StoreFailure) in try host.view() }
            }
        }
        var views: [HostView] = []
        views.reserveCapacity(page.count)
        for part in parts { views += try part.get() }
        return views
    }
}

/// A host's documents as they are stored.
private struct StoredHost: Sendable {
    var host: [UInt8]
    var health: [UInt8]?
    var report: [UInt8]?
    /// The name of its tree's root.
    var root: String

    func view() throws(StoreFailure) -> HostView {
        var view = HostView(
            host: try StoredDocument.read(FleetHost.self, host), health: HostHealth(state: .never), report: nil)
        if let health { view.health = try StoredDocument.read(HostHealth.self, health) }
        if let report { view.report = try StoredDocument.read(HostReport.self, report) }
        return view
    }
}
