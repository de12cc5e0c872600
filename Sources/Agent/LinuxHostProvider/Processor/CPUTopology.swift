import NestingModel

/// How the online processors are laid out.
struct CPUTopology: Sendable, Equatable {
    var sockets: Fact<Int>
    var cores: Fact<Int>
    var threads: Fact<Int>

    /// Most processors whose places are read one by one from /sys.
    static let processorLimit = 1 << 14

    struct Counts: Sendable, Equatable {
        var sockets: Int?
        var cores: Int?
        var threads: Int?
    }

    /// From /proc/cpuinfo; nil for each count that it does not tell.
    static func counts(of info: CPUInfo) -> Counts {
        let places = info.places
        guard !places.isEmpty else { return Counts() }
        guard places.allSatisfy({ $0.package != nil }) else { return Counts(threads: places.count) }
        let packages = Dictionary(grouping: places) {
            CPUInfo.Place(drawer: $0.drawer, book: $0.book, package: $0.package)
        }
        guard places.allSatisfy({ $0.core != nil }) else {
            return Counts(sockets: packages.count, threads: places.count)
        }
        let cores = packages.values.reduce(0) { total, members in
            let distinct = Set(members.map(\.core)).count
            // Packages of several dies can number their cores anew on each: the kernel's own count is then larger.
            let counted = members.compactMap(\.coresInPackage).max() ?? distinct
            return total + (distinct...members.count ~= counted ? counted : distinct)
        }
        return Counts(sockets: packages.count, cores: cores, threads: places.count)
    }

    /// The file's own counts, and /sys for those that it lacks.
    static func read(_ info: Fact<CPUInfo>, _ tree: HostTree) -> CPUTopology {
        let own = info.value.map { counts(of: $0) } ?? Counts()
        if let sockets = own.sockets, let cores = own.cores, let threads = own.threads {
            return CPUTopology(sockets: .known(sockets), cores: .known(cores), threads: .known(threads))
        }
        let online = onlineList(tree)
        let placed: (sockets: Fact<Int>, cores: Fact<Int>)
        switch online {
        case .known(let numbers): placed = places(numbers, tree)
        case .absent: placed = (.unknown("\(onlinePath) is not there"), .unknown("\(onlinePath) is not there"))
        case .unknown(let reason): placed = (.unknown(reason), .unknown(reason))
        }
        let threads: Fact<Int> =
            switch (own.threads, online) {
            case (let count?, _): .known(count)
            case (nil, .known(let numbers)): .known(numbers.count)
            case (nil, .unknown(let reason)): .unknown(info.reason ?? reason)
            case (nil, .absent): .unknown(info.reason ?? "neither /proc/cpuinfo nor \(onlinePath) tells")
            }
        return CPUTopology(
            sockets: own.sockets.map { .known($0) } ?? placed.sockets,
            cores: own.cores.map { .known($0) } ?? placed.cores, threads: threads)
    }

    /// "0-3,8" as its numbers; nil where it is not such a list, or longer than `processorLimit`.
    static func numbers(inList list: String) -> [Int]? {
        var numbers: [Int] = []
        for part in list.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard ends.count <= 2, let low = ends[0], let high = ends[ends.count - 1], low >= 0, low <= high,
                high - low < processorLimit - numbers.count
            else { return nil }
            numbers += low...high
        }
        return numbers.isEmpty ? nil : numbers
    }

    private static let onlinePath = "/sys/devices/system/cpu/online"

    private static func onlineList(_ tree: HostTree) -> Fact<[Int]> {
        switch tree.value(onlinePath) {
        case .known(let list):
            numbers(inList: list).map { .known($0) } ?? .unknown("\(onlinePath) is not a list of processors")
        case .absent: .absent
        case .unknown(let reason): .unknown(reason)
        }
    }

    private static func places(_ numbers: [Int], _ tree: HostTree) -> (sockets: Fact<Int>, cores: Fact<Int>) {
        var packages: Set<[Int]> = []
        var cores: Set<[Int]> = []
        var coresTold = true
        for number in numbers {
            let folder = "/sys/devices/system/cpu/cpu\(number)/topology"
            let read = { (name: String) in tree.value("\(folder)/\(name)").value.flatMap { Int($0) } ?? -1 }
            // -1 is the kernel's word for "not told by the firmware".
            let package = read("physical_package_id")
            guard package >= 0 else {
                let reason = "the package of processor \(number) is not told by \(folder)"
                return (.unknown(reason), .unknown(reason))
            }
            let place = [read("drawer_id"), read("book_id"), package]
            packages.insert(place)
            let core = read("core_id")
            if core < 0 { coresTold = false }
            cores.insert(place + [read("die_id"), core])
        }
        return (
            .known(packages.count),
            coresTold ? .known(cores.count) : .unknown("not every processor has a core_id in /sys/devices/system/cpu")
        )
    }
}
