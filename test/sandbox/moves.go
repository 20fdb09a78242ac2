package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// annotations is what a pod's own settings for the sandbox start with.
const annotations = "sandbox.kubectl-sts.github.io/"

// fates are the image tags that mean something: `app:crash` and `app:crash-2`
// both crash. A tag that is the beginning of another one comes after it.
var fates = []string{
	"badconfig", "bad", "invalid", "never", "createerr", "runerr",
	"crash", "oom", "flap", "restart", "slow", "held", "unready", "sticky",
}

// A move takes a pod from one status to the next. The scripted kubelet has no
// memory but the status itself, so pod-move.jq names the move from there and
// pod-status.tpl makes it for every container that waits for this one.
type move struct {
	name   string
	millis int
	// delayFrom names an annotation that replaces millis for one pod.
	delayFrom string
	events    []event
	remove    bool
	// let marks a move that is made only when somebody has asked for it.
	let bool
}

type event struct{ kind, reason, message string }

// moves are in the order in which they are made where containers wait for
// different ones: quick before slow.
var moves = []move{
	{name: "delete", millis: 200, remove: true},
	{name: "delete-again", millis: 5000, remove: true}, // where the first one got lost
	{name: "delete-late", millis: 4000, delayFrom: "gone-after", remove: true},
	{name: "create", millis: 100},
	{name: "init", millis: 200},
	{name: "sync", millis: 50},
	{name: "run", millis: 200},
	{name: "unready", millis: 200, events: []event{
		warning("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503"),
	}},
	{name: "bad", millis: 200, events: []event{
		warning("Failed", "Failed to pull image: rpc error: code = NotFound desc = failed to resolve reference: not found"),
		warning("Failed", "Error: ErrImagePull"),
	}},
	{name: "invalid", millis: 200, events: []event{
		warning("InspectFailed", "Failed to apply default image tag: couldn't parse image name: invalid reference format"),
		warning("Failed", "Error: InvalidImageName"),
	}},
	{name: "never", millis: 200, events: []event{
		warning("ErrImageNeverPull", "Container image is not present with pull policy of Never"),
		warning("Failed", "Error: ErrImageNeverPull"),
	}},
	{name: "badconfig", millis: 200, events: []event{
		warning("Failed", `Error: configmap "app-config" not found`),
	}},
	{name: "createerr", millis: 200, events: []event{
		warning("Failed", "Error: failed to generate spec: no command specified"),
	}},
	{name: "runerr", millis: 200, events: []event{
		warning("Failed", `Error: failed to create containerd task: exec: "/app": stat /app: no such file or directory`),
	}},
	{name: "crash", millis: 200},
	{name: "oom", millis: 200},
	{name: "crash-backoff", millis: 300, events: []event{
		warning("BackOff", "Back-off restarting failed container"),
	}},
	{name: "ready", millis: 20, let: true},
	{name: "crash-now", millis: 20, let: true},
	{name: "restart-now", millis: 20, let: true, events: restarted},
	{name: "recover", millis: 500},
	{name: "pull-backoff", millis: 700, events: []event{
		{"Normal", "BackOff", "Back-off pulling image"},
		warning("Failed", "Error: ImagePullBackOff"),
	}},
	{name: "crash-again", millis: 1500},
	{name: "restart", millis: 2000, delayFrom: "restart-after", events: restarted},
	{name: "flap", millis: 2000, delayFrom: "crash-after"},
	{name: "slow", millis: 5000, delayFrom: "ready-after"},
}

var restarted = []event{
	warning("Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 500"),
	{"Normal", "Killing", "Container failed liveness probe, will be restarted"},
}

func warning(reason, message string) event { return event{"Warning", reason, message} }

//go:embed manifests/pod-move.jq
var podMove string

//go:embed manifests/pod-status.tpl
var podStatus string

//go:embed manifests/pod-end.tpl
var podEnd string

// stages turns the moves into kwok's Stages: one each, chosen by the same
// expression, so that never two of them apply to one pod. (kwok would take
// one at random.)
func stages() []object {
	var order []string
	for _, m := range moves {
		order = append(order, m.name)
	}
	names, err := json.Marshal(order)
	if err != nil {
		panic(err) // a list of strings always marshals
	}
	pattern := strings.Join(fates, "|")
	expression := strings.NewReplacer("$FATES", pattern, "$order", string(names), "$ANNOTATIONS", annotations).Replace(podMove)

	var all []object
	for _, m := range moves {
		all = append(all, object{
			"apiVersion": "kwok.x-k8s.io/v1alpha1",
			"kind":       "Stage",
			"metadata":   object{"name": "pod-" + m.name},
			"spec": object{
				"resourceRef": object{"apiGroup": "v1", "kind": "Pod"},
				"selector": object{"matchExpressions": append(m.gate(),
					object{"jq": object{"key": expression, "operator": "In", "values": []string{m.name}}},
				)},
				"delay": m.delay(),
				"steps": m.steps(pattern),
			},
		})
	}
	return all
}

// gate says cheaply of most pods that this is not their move: kwok asks every
// Stage about every change, one pod after the other.
func (m move) gate() []object {
	leaves := "DoesNotExist"
	if m.remove {
		leaves = "Exists"
	}
	all := []object{{"jq": object{"key": ".metadata.deletionTimestamp", "operator": leaves}}}
	if m.let {
		asked := fmt.Sprintf(".metadata.annotations[%q]", annotations+"let")
		all = append(all, object{"jq": object{"key": asked, "operator": "Exists"}})
	}
	if slices.Contains(fates, m.name) {
		tagged := fmt.Sprintf(`any(.spec.containers[], .spec.initContainers[]?; .image | contains(":%s"))`, m.name)
		all = append(all, object{"jq": object{"key": tagged, "operator": "In", "values": []string{"true"}}})
	}
	return all
}

func (m move) delay() object {
	delay := object{"durationMilliseconds": m.millis}
	if m.delayFrom != "" {
		delay["durationFrom"] = object{"jq": object{
			"expression": fmt.Sprintf(".metadata.annotations[%q]", annotations+m.delayFrom),
		}}
	}
	return delay
}

func (m move) steps(pattern string) []object {
	if m.remove {
		// kwok deletes by name. When it is late that is the next pod of this name:
		// the patch before, which names uid and version, fails then, and nothing is
		// deleted. It succeeds once for each pod: who deletes knows that it is there.
		// Finalizers are left to their owners, as a kubelet leaves them.
		return []object{{"patch": object{"subresource": "status", "template": podEnd}}, {"delete": true}}
	}
	head := fmt.Sprintf("{{ $move := %q }}{{ $fates := %q }}{{ $prefix := %q }}\n", m.name, pattern, annotations)
	steps := []object{{"patch": object{"subresource": "status", "template": head + podStatus}}}
	for _, e := range m.events {
		steps = append(steps, object{"event": object{"type": e.kind, "reason": e.reason, "message": e.message}})
	}
	return steps
}
