// Package fuzztest is what the fuzz targets share: bounds of time and memory for
// each input, and properties that hold for many outputs.
package fuzztest

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"sync/atomic"
	"testing"
	"time"
)

// MemoryDir is the variable of the environment with a folder in which each process
// leaves a file with the bytes that its greediest input took and, behind a space, the
// most that it had from the system.
const MemoryDir = "STS_FUZZ_MEMORY"

// EndSuffix ends the name of the file in that folder that says why a process ended.
const EndSuffix = ".end"

// What one input may take. Memory is all that is allocated, whether the
// collector frees it meanwhile or not, and what stacks have grown to: so the number
// is nearly the same on every run, and what is in use at once is never more.
const (
	mostMemory = 100 << 20
	mostStack  = 64 << 20
	mostWork   = 5 * time.Second
	mostWait   = time.Minute // Go ends a worker after 10 s, whatever it does
	tick       = 10 * time.Millisecond
)

// Bounds fail an input that takes too much time or memory.
type Bounds struct {
	memory uint64        // bytes
	work   time.Duration // of the processors
	wait   time.Duration // by the clock

	running atomic.Pointer[input]
	noted   [2]uint64 // bytes that an input took, and that the process had
	file    string    // where that is noted; empty for nowhere
}

// input is one that is being looked at.
type input struct {
	before uint64        // bytes that the process had taken
	worked time.Duration // that the process had worked
	began  time.Time
}

// Bound bounds the inputs of a target. An input that goes out of its bounds while
// it is looked at ends the process, which is how Go's fuzzing takes note of it:
// nothing else ends a loop.
func Bound(f *testing.F) *Bounds {
	f.Helper()
	b := &Bounds{memory: mostMemory, work: mostWork, wait: mostWait}
	if dir := os.Getenv(MemoryDir); dir != "" {
		b.file = filepath.Join(dir, strconv.Itoa(os.Getpid()))
	}
	// A recursion without an end would take a gigabyte before Go ends it.
	stack := debug.SetMaxStack(mostStack)
	done := make(chan struct{})
	go b.watch(done)
	f.Cleanup(func() {
		close(done)
		debug.SetMaxStack(stack)
	})
	return b
}

// Input begins an input; what it returns ends it.
func (b *Bounds) Input(t *testing.T) func() {
	t.Helper()
	in := &input{before: taken(), worked: worked(), began: time.Now()}
	b.running.Store(in)
	return func() {
		t.Helper()
		b.running.Store(nil)
		took := since(in.before)
		if took > b.memory {
			t.Errorf("the input took %d bytes of memory, more than %d", took, b.memory)
		}
		b.note(t, took)
	}
}

// watch ends the process when an input goes out of its bounds.
func (b *Bounds) watch(done <-chan struct{}) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		select {
		case <-done:
			return
		case <-ticker.C:
		}
		in := b.running.Load()
		if in == nil {
			continue
		}
		if took := since(in.before); took > b.memory {
			b.end(fmt.Sprintf("the input has taken %d bytes of memory, more than %d, and is not done", took, b.memory))
		}
		if worked()-in.worked > b.work {
			b.end(fmt.Sprintf("the input has been worked on for more than %s and is not done", b.work))
		}
		if time.Since(in.began) > b.wait {
			b.end(fmt.Sprintf("the input has been waiting for more than %s and is not done", b.wait))
		}
	}
}

// end ends the process. What a worker of the fuzzing engine says is shown to nobody,
// so that the reason is left in a file as well.
func (b *Bounds) end(why string) {
	if b.file != "" {
		_ = os.WriteFile(b.file+EndSuffix, []byte(why), 0o600)
	}
	panic(why)
}

// note keeps the greatest numbers, in a file for who runs the target. It does not
// write for every small step.
func (b *Bounds) note(t *testing.T, took uint64) {
	t.Helper()
	if b.file == "" {
		return
	}
	grown := false
	for i, n := range []uint64{took, measure("/memory/classes/total:bytes") - measure("/memory/classes/heap/released:bytes")} {
		if n > b.noted[i]+b.noted[i]/10 {
			b.noted[i], grown = n, true
		}
	}
	if !grown {
		return
	}
	if err := os.WriteFile(b.file, fmt.Appendf(nil, "%d %d", b.noted[0], b.noted[1]), 0o600); err != nil {
		t.Error(err)
	}
}

// taken is how many bytes the process has allocated so far, and how many its stacks
// have. Unlike runtime.ReadMemStats it stops nothing.
func taken() uint64 {
	return measure("/gc/heap/allocs:bytes", "/memory/classes/heap/stacks:bytes")
}

// measure sums up numbers of the runtime.
func measure(names ...string) uint64 {
	samples := make([]metrics.Sample, len(names))
	for i, name := range names {
		samples[i].Name = name
	}
	metrics.Read(samples)
	sum := uint64(0)
	for i := range samples {
		sum += samples[i].Value.Uint64()
	}
	return sum
}

// since is how much has been taken since before. Stacks may have shrunk.
func since(before uint64) uint64 { return max(taken(), before) - before }
