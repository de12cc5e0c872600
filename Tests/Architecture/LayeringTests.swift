import Testing

/// Where a room stands: it may use what stands below it, never its neighbours.
private let levels = [
    "Executables": 6, "Controller": 5, "Agent": 5, "Client": 5, "Transport": 4, "Contracts": 3, "Support": 2,
    "Native": 2, "Domain": 1,
]

@Suite("The direction of imports")
struct LayeringTests {
    @Test("every target lies in a room, and depends on its own room or on one further in")
    func direction() throws {
        let package = try PackageDescription.load()
        let byName = Dictionary(package.targets.map { ($0.name, $0) }) { first, _ in first }
        var seen = 0
        for target in package.targets where target.path.hasPrefix("Sources/") {
            let room = try #require(package.room(of: target), "\(target.name) lies at \(target.path)")
            let level = try #require(levels[room], "the room \(room) of \(target.name) has no level")
            for name in target.dependencies ?? [] {
                let other = try #require(byName[name])
                let otherRoom = try #require(package.room(of: other))
                let otherLevel = try #require(levels[otherRoom])
                #expect(
                    room == otherRoom || otherLevel < level
                        || (otherLevel == level && room == "Support" && otherRoom == "Native"),
                    "\(room)/\(target.name) must not depend on \(otherRoom)/\(name)")
                seen += 1
            }
        }
        #expect(seen > 50, "the description of the package holds dependencies")
    }

    @Test("Controller, Agent and Client know nothing of each other")
    func strangers() throws {
        let package = try PackageDescription.load()
        let rooms = Dictionary(package.targets.map { ($0.name, package.room(of: $0)) }) { first, _ in first }
        let apart: Set<String> = ["Controller", "Agent", "Client"]
        for target in package.targets {
            guard let room = package.room(of: target), apart.contains(room) else { continue }
            for name in target.dependencies ?? [] {
                if let other = rooms[name] ?? nil, apart.contains(other) {
                    #expect(other == room, "\(room)/\(target.name) depends on \(other)/\(name)")
                }
            }
        }
    }

    @Test("each C module has exactly one importer")
    func oneImporter() throws {
        var importers: [String: Set<String>] = [:]
        for file in try SourceFile.all(under: "Sources") {
            let target = file.path.split(separator: "/").prefix(3).joined(separator: "/")
            for module in file.imports where module.hasPrefix("C") && modules.contains(module) {
                importers[module, default: []].insert(target)
            }
        }
        #expect(Set(importers.keys) == modules)
        for (module, targets) in importers {
            #expect(targets.count == 1, "\(module) is imported by \(targets.sorted())")
        }
    }

    private var modules: Set<String> {
        ["CLibSSH", "CMicroHTTPD", "CCurl", "CSQLite", "CLibYAML", "CExpat", "CNettle", "CHostProbe"]
    }

    @Test("the agent's rooms use FoundationEssentials, never the whole Foundation: the agent is one static file")
    func agentIsSmall() throws {
        let package = try PackageDescription.load()
        let byName = Dictionary(package.targets.map { ($0.name, $0) }) { first, _ in first }
        var open = ["nestor-agent"]
        var reached: Set<String> = []
        while let name = open.popLast() {
            guard reached.insert(name).inserted, let target = byName[name] else { continue }
            open += target.dependencies ?? []
        }
        #expect(reached.count > 8)
        for file in try SourceFile.all(under: "Sources") {
            guard let target = file.path.split(separator: "/").dropFirst(2).first, reached.contains(String(target))
            else {
                continue
            }
            #expect(!file.imports.contains("Foundation"), "\(file.path) imports Foundation")
        }
    }
}
