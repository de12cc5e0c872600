import Foundation

/// The programs under test, as this build made them.
enum BuiltPrograms {
    /// Where the build puts its products: the test's own binary lies there, too.
    static let folder: String = {
        let test = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: test).deletingLastPathComponent().path
    }()

    static let nestord = "\(folder)/nestord"
    static let nestor = "\(folder)/nestor"
    /// The static agent where the caller names one; else this build's, which runs on this machine only.
    static let agent = ProcessInfo.processInfo.environment["NESTOR_AGENT"] ?? "\(folder)/nestor-agent"
    /// The lab's program and its image, where Deploy/test named them.
    static let lab = ProcessInfo.processInfo.environment["NESTOR_LAB"]

    static let platform: String = {
        var name = utsname()
        uname(&name)
        let machine = withUnsafeBytes(of: &name.machine) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return "linux-\(machine)"
    }()
}
