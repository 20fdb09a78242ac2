package advice

import (
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice/world"
)

// Group is what a rule is about.
type Group string

// The groups.
const (
	Data         Group = "data"
	Rollout      Group = "rollout"
	Availability Group = "availability"
	Pods         Group = "pods"
	Identity     Group = "identity"
	Silence      Group = "silence"
)

// Rule is one thing that can be wrong.
type Rule struct {
	ID       string
	Group    Group
	Severity Severity     // of the worst that it finds
	Title    string       // what it finds
	Why      string       // what comes of it, and what helps
	Live     bool         // it is for sets of a cluster
	Files    bool         // it is for manifests
	Away     bool         // it is for sets that are away, too, of which no other rule is asked
	Needs    []world.Part // what must have been looked at, besides the set
	Wants    []world.Part // what makes it surer: without it the rule is asked all the same, and that is said
	judge    func(*look) []Finding
}

// Rules are all rules, by group.
func Rules() []Rule {
	return slices.Concat(dataRules(), volumeRules(), claimRules(), rolloutRules(), recreatedRules(), availabilityRules(), podRules(),
		identityRules(), silenceRules())
}

// RuleOf is the rule with this ID, in small letters or large.
func RuleOf(id string) (Rule, bool) {
	for _, r := range Rules() {
		if strings.EqualFold(r.ID, id) {
			return r, true
		}
	}
	return Rule{}, false
}

// IDs are those of all rules.
func IDs() []string {
	var ids []string
	for _, r := range Rules() {
		ids = append(ids, r.ID)
	}
	return ids
}

// Where says where a rule looks.
func (r Rule) Where() string {
	switch {
	case r.Live && r.Files:
		return "cluster and files"
	case r.Live:
		return "cluster"
	}
	return "files"
}
