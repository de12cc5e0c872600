import Testing

@testable import LibSSHTransport

@Suite("waiting on the epoll thread")
struct WaitingTests {
    @Test("a deadline that has passed counts before a poke")
    @EpollThread func deadlineFirst() async {
        let signal = Signal()
        let seen = signal.generation
        signal.poke()
        #expect(await signal.wait(after: seen, until: .now - .seconds(1)) == .deadline)
        #expect(await signal.wait(after: seen, until: .now + .seconds(60)) == .poked)
    }

    @Test("a poke wakes all that wait, and is passed on once")
    @EpollThread func pokes() async {
        let first = Signal()
        let second = Signal()
        first.relay(to: second)
        first.relay(to: second)
        let seen = (first.generation, second.generation)
        async let one = first.wait(after: seen.0, until: nil)
        async let two = first.wait(after: seen.0, until: nil)
        async let three = second.wait(after: seen.1, until: nil)
        await Task.yield()
        first.poke()
        #expect(await [one, two, three] == [.poked, .poked, .poked])
        #expect(second.generation == 1)
        first.poke()
        #expect(second.generation == 1)
    }

    @Test("a cancelled wait ends")
    func cancelled() async {
        let waiting = Task { @EpollThread in
            let signal = Signal()
            return await signal.wait(after: signal.generation, until: nil)
        }
        waiting.cancel()
        #expect(await waiting.value == .cancelled)
    }

    @Test("deadlines come due in their order, and those that nobody waits for can be dropped")
    func heap() {
        let now = ContinuousClock.now
        var heap = DeadlineHeap()
        for number in [5, 1, 4, 2, 3, 9, 7] as [UInt64] { heap.insert(now + .seconds(Int(number)), number) }
        #expect(heap.milliseconds(now: now) == 1001)
        #expect(heap.due(now: now) == nil)
        heap.keep { $0 != 2 }
        var order: [UInt64] = []
        while let id = heap.due(now: now + .seconds(5)) { order.append(id) }
        #expect(order == [1, 3, 4, 5])
        #expect(heap.count == 2)
        #expect(DeadlineHeap().milliseconds(now: now) == -1)
    }
}
