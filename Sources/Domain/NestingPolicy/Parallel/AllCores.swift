import Dispatch
import FoundationEssentials
import Synchronization

/// Pure work on many things that have nothing to do with each other, on all cores. It comes back when all is done, so
/// that whoever calls it needs no task and may be on any thread.
package enum AllCores {
    /// - Parameters:
    ///   - count: of the things; they are taken in ranges of neighbours.
    ///   - least: how many are worth a range of their own.
    /// - Returns: what came of each range, in order.
    package static func map<Result: Sendable>(
        _ count: Int, least: Int, _ body: @Sendable (Range<Int>) -> Result
    ) -> [Result] {
        let ranges = ranges(count, least: least)
        if ranges.count <= 1 { return ranges.map(body) }
        let results = Mutex<[Result?]>(Array(repeating: nil, count: ranges.count))
        DispatchQueue.concurrentPerform(iterations: ranges.count) { number in
            let result = body(ranges[number])
            results.withLock { $0[number] = result }
        }
        return results.withLock { $0.compactMap(\.self) }
    }

    /// How that many things are taken: in twice as many parts as there are cores, so that one core which has something
    /// else to do holds up little.
    static func ranges(
        _ count: Int, least: Int, parts most: Int = ProcessInfo.processInfo.activeProcessorCount * 2
    ) -> [Range<Int>] {
        let parts = max(1, min(most, count / max(1, least)))
        return (0..<parts).map { count * $0 / parts..<count * ($0 + 1) / parts }
    }
}
