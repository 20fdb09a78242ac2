// Package loop runs plans.
//
// [Engine.Run] is the loop around [engine.Next]: one goroutine that owns the
// [engine.State], feeds snapshots to Next, applies what it decides and tells the
// [engine.Sink], synchronously.
package loop
