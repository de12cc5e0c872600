import Foundation
import Glibc

/// Lines on standard error while a measurement goes on.
enum ProgressLine {
    static func write(_ text: String) {
        FileHandle.standardError.write(Data("  \(text)\n".utf8))
    }
}

struct BenchmarkFault: Error, CustomStringConvertible {
    var description: String
}

/// The median wall time of several runs, after one that warms up.
func median(of count: Int, _ body: () async throws -> Void) async rethrows -> Duration {
    try await body()
    var times: [Duration] = []
    for _ in 0..<count {
        let start = ContinuousClock.now
        try await body()
        times.append(ContinuousClock.now - start)
    }
    return times.sorted()[count / 2]
}

func median(of count: Int, _ body: () throws -> Void) rethrows -> Duration {
    try body()
    var times: [Duration] = []
    for _ in 0..<count {
        let start = ContinuousClock.now
        try body()
        times.append(ContinuousClock.now - start)
    }
    return times.sorted()[count / 2]
}

/// The median processor time of several runs, after one that warms up: what one core takes, whoever else uses it.
func processorMedian(of count: Int, _ body: () throws -> Void) rethrows -> Duration {
    try body()
    var times: [Duration] = []
    for _ in 0..<count {
        let start = processorTime()
        try body()
        times.append(processorTime() - start)
    }
    return times.sorted()[count / 2]
}

/// Processor time of this process so far, all threads.
func processorTime() -> Duration {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func duration(_ time: timeval) -> Duration { .seconds(time.tv_sec) + .microseconds(Int(time.tv_usec)) }
    return duration(usage.ru_utime) + duration(usage.ru_stime)
}

extension Duration {
    /// `1.4 ×`, in parts of another one.
    func times(_ other: Duration) -> String { "\((self / other * 10).rounded() / 10) ×" }

    /// `12.3 ms`, `450 µs`.
    var shown: String {
        let microseconds = self / .microseconds(1)
        if microseconds < 1_000 { return "\(Int(microseconds.rounded())) µs" }
        let milliseconds = microseconds / 1_000
        return milliseconds < 100
            ? "\((milliseconds * 10).rounded() / 10) ms" : "\(Int(milliseconds.rounded())) ms"
    }
}

/// A program that runs to its end, with nothing to read and nobody who reads it.
enum Program {
    struct Run {
        var wall: Duration
        /// The most it had resident, in bytes.
        var resident: Int
    }

    @discardableResult
    static func run(
        _ path: String, _ arguments: [String], environment: [String: String] = [:], expecting expected: Int32 = 0
    ) throws -> Run {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var argv = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for argument in argv { free(argument) } }
        let all = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"].merging(environment) { $1 }
        var variables = all.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for variable in variables { free(variable) } }
        var pid: pid_t = 0
        let start = ContinuousClock.now
        guard posix_spawn(&pid, path, &actions, nil, &argv, &variables) == 0 else {
            throw BenchmarkFault(description: "\(path) does not start")
        }
        var status: Int32 = 0
        var usage = rusage()
        while wait4(pid, &status, 0, &usage) < 0, errno == EINTR {}
        let wall = ContinuousClock.now - start
        // An exit code is in the second byte of what wait tells.
        guard status == expected << 8 else {
            throw BenchmarkFault(description: "\(path) \(arguments.joined(separator: " ")) ended with status \(status)")
        }
        return Run(wall: wall, resident: usage.ru_maxrss * 1024)
    }
}
