/// /proc/cpuinfo as read: the first value of each key, and where each online processor sits.
struct CPUInfo: Sendable, Equatable {
    /// Which architecture's kernel wrote the file, told by its keys.
    enum Shape: String, Sendable { case x86, arm, s390x, power, riscv, loongarch, mips, unrecognised }

    /// A processor's place; parts that the file does not name are nil.
    struct Place: Sendable, Hashable {
        var drawer: Int?
        var book: Int?
        var package: Int?
        var core: Int?
        /// The kernel's own count of this package's cores.
        var coresInPackage: Int?
    }

    var first: [String: String] = [:]
    /// Processors online.
    var places: [Place] = []
    var shape = Shape.unrecognised

    /// The most that is read of the file: 10,000 processors with today's flags take about 30 MB.
    static let limit = 96 << 20
    private static let keyLimit = 256
    private static let valueLimit = 32 << 10
    private static let processorLimit = 1 << 17

    init(parsing bytes: [UInt8]) {
        var numbered = 0
        var cpuNumbers = 0
        KeyValueFile.forEachPair(in: bytes) { key, raw in
            if key == "processor", Self.number(raw) != nil { startPlace() }
            if key == "cpu number", Self.number(raw) != nil {
                startPlace()
                cpuNumbers += 1
            }
            if key.hasPrefix("processor "), Int(key.dropFirst(10)) != nil { numbered += 1 }
            if !places.isEmpty { place(key, raw) }
            if first[key] == nil, first.count < Self.keyLimit {
                first[key] = String(decoding: raw.prefix(Self.valueLimit), as: UTF8.self)
            }
        }
        shape = Self.shape(of: first, numbered: numbered)
        // s390x lists its processors in one line each; newer kernels add a block for each with its place.
        if shape == .s390x, cpuNumbers == 0 {
            places = Array(repeating: Place(), count: min(numbered, Self.processorLimit))
        }
    }

    /// The words of a line of flags; nil where there is no such line, or it is empty.
    func flags(_ key: String) -> Set<String>? {
        guard let line = first[key] else { return nil }
        let words = HostText.words(line)
        return words.isEmpty ? nil : Set(words)
    }

    private mutating func startPlace() {
        if places.count < Self.processorLimit { places.append(Place()) }
    }

    private mutating func place(_ key: String, _ raw: ArraySlice<UInt8>) {
        let last = places.count - 1
        switch key {
        case "physical id", "package": places[last].package = Self.number(raw)
        case "core id", "core": places[last].core = Self.number(raw)
        case "book id": places[last].book = Self.number(raw)
        case "drawer id": places[last].drawer = Self.number(raw)
        case "cpu cores": places[last].coresInPackage = Self.number(raw)
        default: break
        }
    }

    private static func number(_ raw: ArraySlice<UInt8>) -> Int? {
        guard raw.count <= 12 else { return nil }
        return Int(String(decoding: raw, as: UTF8.self)).flatMap { $0 >= 0 ? $0 : nil }
    }

    private static func shape(of first: [String: String], numbered: Int) -> Shape {
        if first["vendor_id"] == "IBM/S390" || first["bogomips per cpu"] != nil { return .s390x }
        if first["CPU implementer"] != nil || first["CPU architecture"] != nil { return .arm }
        if first["isa"]?.hasPrefix("rv") == true || first["hart"] != nil { return .riscv }
        if first["CPU Family"]?.hasPrefix("Loongson") == true || first["Model Name"]?.hasPrefix("Loongson") == true {
            return .loongarch
        }
        if first["ASEs implemented"] != nil { return .mips }
        if first["timebase"] != nil || first["cpu"]?.hasPrefix("POWER") == true { return .power }
        if first["vendor_id"] != nil || (first["flags"] != nil && first["cpu family"] != nil) { return .x86 }
        return .unrecognised
    }
}
