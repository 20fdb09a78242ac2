// Package schedule makes, out of a seed, what one namespace goes through: sets,
// commands of the plugin, and what breaks meanwhile. It is data: it prints, and a
// smaller one can be made of it. It is pure.
package schedule

import (
	"encoding/json"
	"strings"
	"time"
)

// Schedule is what happens in one namespace, in order.
type Schedule struct {
	Seed uint64 `json:"seed"`
	// Rough is one that breaks the control plane, for all that run beside it.
	Rough bool  `json:"rough,omitempty"`
	Sets  []Set `json:"sets"`
	Acts  []Act `json:"acts"`
	// Way is the command that ends a rollout which is left at the end: abort, undo or canary.
	Way string `json:"way"`
}

// Set is a StatefulSet as it is at first.
type Set struct {
	Name     string `json:"name"`
	Replicas int    `json:"replicas"`
	Parallel bool   `json:"parallel,omitempty"`
	OnDelete bool   `json:"onDelete,omitempty"`
	Start    int    `json:"start,omitempty"`
	MinReady int    `json:"minReadySeconds,omitempty"`
	// Template is the name of the claim template, empty for none.
	Template    string `json:"claimTemplate,omitempty"`
	WhenScaled  string `json:"whenScaled,omitempty"`
	WhenDeleted string `json:"whenDeleted,omitempty"`
	// Available is the least number of pods that a PodDisruptionBudget wants, 0 for none.
	Available int `json:"minAvailable,omitempty"`
	// Autoscaler is the most that a HorizontalPodAutoscaler would scale to, 0 for none.
	Autoscaler int `json:"autoscaler,omitempty"`
}

// Act is one run of the plugin and what breaks while it runs.
type Act struct {
	Home   int      `json:"home,omitempty"` // which of the two home directories
	Args   []string `json:"args"`
	Before []Edit   `json:"before,omitempty"` // what somebody else does just before
	Faults []Fault  `json:"faults,omitempty"`
	// Manifest is the file that the command names, nil for none.
	Manifest *Manifest `json:"manifest,omitempty"`
	// Beside is another run that begins when this one has sent so many requests.
	Beside *Act `json:"beside,omitempty"`
	After  int  `json:"after,omitempty"`
}

// What a fault does.
const (
	Kill    = "kill"    // SIGKILL before the request arrives
	Killed  = "killed"  // SIGKILL once it has arrived, and nobody has the answer
	Int     = "int"     // SIGINT
	Term    = "term"    // SIGTERM
	Stop    = "stop"    // SIGSTOP, and SIGCONT after a while
	Delay   = "delay"   // the request waits
	Drop    = "drop"    // it does not arrive
	Lose    = "lose"    // it arrives, and nobody gets the answer
	Repeat  = "repeat"  // it arrives twice
	Reject  = "reject"  // it does not arrive and is answered with Code
	Cut     = "cut"     // a watch ends after so many bytes, in the middle of an object or not
	Expire  = "expire"  // a watch is told that its version is too old
	Outage  = "outage"  // nothing arrives for a while, and every connection is cut
	Foreign = "foreign" // somebody else edits something just before it arrives
	Restart = "restart" // the API server is killed and started again
	Freeze  = "freeze"  // the controllers stand still for a while
)

// Fault is what happens at some requests of a run.
type Fault struct {
	Does  string        `json:"does"`
	Of    string        `json:"of,omitempty"` // write, read or watch; empty for any
	After int           `json:"after"`        // so many such requests pass before
	Times int           `json:"times,omitempty"`
	For   time.Duration `json:"for,omitempty"`
	Code  int           `json:"code,omitempty"`
	Bytes int           `json:"bytes,omitempty"`
	Edit  *Edit         `json:"edit,omitempty"`
}

// What somebody else does.
const (
	Template    = "template"  // another image
	Partition   = "partition" // Number
	Replicas    = "replicas"  // Number
	Strategy    = "strategy"  // OnDelete becomes RollingUpdate, and the other way round
	DeletePod   = "deletePod" // the pod Number from the first
	DeleteSet   = "deleteSet"
	RecreateSet = "recreateSet"
	Annotations = "annotations" // removes what is the plugin's
	Garbage     = "garbage"     // in the plugin's annotation
	KeepClaim   = "keepClaim"   // the annotation that keeps the claim of the ordinal Number
	Claim       = "claim"       // the size Text for the claim of the ordinal Number
	DeleteClaim = "deleteClaim" // the claim of the ordinal Number
	ForgetSaved = "forgetSaved" // deletes the ConfigMap in which the set is written down
)

// Edit is a change by somebody else.
type Edit struct {
	Does   string `json:"does"`
	Set    string `json:"set"`
	Number int    `json:"number,omitempty"`
	Text   string `json:"text,omitempty"`
}

// Flag is the value of a flag among the words of a command line, and whether it is there.
func Flag(args []string, name string) (string, bool) {
	for i, arg := range args {
		if value, ok := strings.CutPrefix(arg, "--"+name+"="); ok {
			return value, true
		}
		if arg == "--"+name {
			if i+1 < len(args) && !strings.HasPrefix(args[i+1], "-") {
				return args[i+1], true
			}
			return "", true
		}
	}
	return "", false
}

// Verb is what the act is to do.
func (a Act) Verb() string { return a.Args[0] }

// Set is the set that the act is about, empty for none or all.
func (a Act) Set() string {
	if a.Manifest != nil {
		return a.Manifest.Set
	}
	if len(a.Args) > 1 && !strings.HasPrefix(a.Args[1], "-") {
		return a.Args[1]
	}
	return ""
}

// Flag is the value of a flag of the command.
func (a Act) Flag(name string) string {
	value, _ := Flag(a.Args, name)
	return value
}

// Has reports whether the command has a flag.
func (a Act) Has(name string) bool {
	_, ok := Flag(a.Args, name)
	return ok
}

// Dry reports whether it only says what it would do.
func (a Act) Dry() bool {
	if a.Has("dry-run") {
		return a.Flag("dry-run") != "none"
	}
	return a.Verb() == "prune-pvc" && !a.Has("yes")
}

// Text is the schedule as it is printed and read again.
func (s Schedule) Text() string {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		panic(err) // plain fields always marshal
	}
	return string(text)
}

// Parse reads a schedule.
func Parse(text []byte) (Schedule, error) {
	var s Schedule
	err := json.Unmarshal(text, &s)
	return s, err
}
