package schedule_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
)

func TestASeedAlwaysMakesTheSameSchedule(t *testing.T) {
	seen := map[string]bool{}
	for seed := range uint64(200) {
		text := schedule.Generate(seed).Text()
		require.Equal(t, text, schedule.Generate(seed).Text())
		require.False(t, seen[text], "seed %d makes nothing new", seed)
		seen[text] = true
	}
}

func TestAScheduleSurvivesBeingWritten(t *testing.T) {
	for seed := range uint64(200) {
		s := schedule.Generate(seed)
		read, err := schedule.Parse([]byte(s.Text()))
		require.NoError(t, err)
		require.Equal(t, s, read)
	}
}

// What a schedule can do at all, some seed does.
func TestSeedsMakeEverything(t *testing.T) {
	verbs, faults, edits, flags := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	var note func(schedule.Act)
	note = func(a schedule.Act) {
		verbs[a.Verb()] = true
		for _, flag := range []string{
			"before-cmd", "after-cmd", "check-cmd", "check-http",
			"claims-only", "template-only", "grow", "ordinals", "cancel", "concurrency", "all", "claim-templates", "checks-changed",
		} {
			flags[flag] = flags[flag] || a.Has(flag)
		}
		for _, f := range a.Faults {
			faults[f.Does] = true
			if f.Edit != nil {
				edits[f.Edit.Does] = true
			}
		}
		if a.Beside != nil {
			note(*a.Beside)
		}
	}
	var sets []schedule.Set
	for seed := range uint64(400) {
		s := schedule.Generate(seed)
		sets = append(sets, s.Sets...)
		for _, a := range s.Acts {
			note(a)
		}
	}
	for _, verb := range []string{
		"canary", "promote", "abort", "undo", "restart", "scale", "hold", "release", "prune-pvc", "restore-pvc", "status", "watch",
		"recreate", "resize", "replace",
	} {
		require.True(t, verbs[verb], verb)
	}
	for flag, drawn := range flags {
		require.True(t, drawn, flag)
	}
	for _, fault := range []string{
		schedule.Kill, schedule.Killed, schedule.Int, schedule.Term, schedule.Stop, schedule.Delay, schedule.Drop,
		schedule.Lose, schedule.Repeat,
		schedule.Reject, schedule.Cut, schedule.Expire, schedule.Outage, schedule.Foreign, schedule.Restart, schedule.Freeze,
	} {
		require.True(t, faults[fault], fault)
	}
	for _, edit := range []string{
		schedule.Template, schedule.Partition, schedule.Replicas, schedule.Strategy, schedule.DeletePod,
		schedule.DeleteSet, schedule.RecreateSet,
		schedule.Annotations, schedule.Garbage, schedule.KeepClaim, schedule.Claim, schedule.ForgetSaved, schedule.DeleteClaim,
	} {
		require.True(t, edits[edit], edit)
	}
	for name, has := range map[string]func(schedule.Set) bool{
		"Parallel":    func(s schedule.Set) bool { return s.Parallel },
		"OnDelete":    func(s schedule.Set) bool { return s.OnDelete },
		"a start":     func(s schedule.Set) bool { return s.Start > 0 },
		"claims":      func(s schedule.Set) bool { return s.Template != "" && s.WhenScaled == "Delete" },
		"a budget":    func(s schedule.Set) bool { return s.Available > 0 },
		"an HPA":      func(s schedule.Set) bool { return s.Autoscaler > 0 },
		"one name":    func(s schedule.Set) bool { return s.Name == "x" && s.Template == "data-web" },
		"a long name": func(s schedule.Set) bool { return s.Name == "web-x" },
	} {
		require.True(t, slices.ContainsFunc(sets, has), name)
	}
}

// A recreate names its set in its manifest, which has another value in a field that no update
// may change.
func TestARecreateHasAManifestOfItsSet(t *testing.T) {
	drawn := 0
	for seed := range uint64(200) {
		s := schedule.Generate(seed)
		for _, a := range s.Acts {
			if a.Manifest == nil {
				require.NotContains(t, a.Args, "-f")
				continue
			}
			drawn++
			i := slices.IndexFunc(s.Sets, func(set schedule.Set) bool { return set.Name == a.Set() })
			require.GreaterOrEqual(t, i, 0, a)
			require.Equal(t, a.Manifest.File(), a.Args[2])
			was, m := s.Sets[i], *a.Manifest
			require.True(t, m.Parallel != was.Parallel || m.Service != "" || m.Size != "", "%s: %+v", a, m)
			require.True(t, m.Size == "" || was.Template != "", "%s: %+v", a, m)
		}
	}
	require.Positive(t, drawn)
}

// A replace is of ordinals that its set has at first, and has a claim template to replace claims of.
func TestAReplaceIsOfOrdinalsOfItsSet(t *testing.T) {
	drawn := map[string]int{}
	for seed := range uint64(200) {
		s := schedule.Generate(seed)
		for _, a := range s.Acts {
			if a.Verb() != "replace" {
				continue
			}
			i := slices.IndexFunc(s.Sets, func(set schedule.Set) bool { return set.Name == a.Set() })
			require.GreaterOrEqual(t, i, 0, a)
			set := s.Sets[i]
			require.NotEmpty(t, set.Template, a)
			require.True(t, !a.Has("claim-templates") || a.Flag("claim-templates") == set.Template, a)
			drawn["pvc="+a.Flag("pvc")]++
			if !a.Has("ordinals") {
				continue
			}
			of := 0
			for ordinal := range set.Start + set.Replicas + 1 {
				if a.Renews(ordinal) {
					require.GreaterOrEqual(t, ordinal, set.Start, a)
					require.Less(t, ordinal, set.Start+set.Replicas, a)
					of++
				}
			}
			require.Positive(t, of, a)
			drawn[strconv.Itoa(of)]++
		}
	}
	for _, what := range []string{"pvc=", "pvc=delete", "pvc=retain-volume", "1", "2"} {
		require.Positive(t, drawn[what], what)
	}
}

func TestAnActIsRead(t *testing.T) {
	tests := []struct {
		args []string
		verb string
		set  string
		dry  bool
		pvc  string
	}{
		{args: []string{"scale", "web", "--replicas=1", "--pvc=keep", "--yes"}, verb: "scale", set: "web", pvc: "keep"},
		{args: []string{"scale", "web", "--pvc", "delete", "--dry-run=client"}, verb: "scale", set: "web", dry: true, pvc: "delete"},
		{args: []string{"prune-pvc", "--retain-volumes"}, verb: "prune-pvc", dry: true},
		{args: []string{"prune-pvc", "web", "--yes"}, verb: "prune-pvc", set: "web"},
		{args: []string{"prune-pvc", "--yes", "--dry-run=server"}, verb: "prune-pvc", dry: true},
		{args: []string{"canary", "web", "--dry-run=none"}, verb: "canary", set: "web"},
	}
	for _, tt := range tests {
		a := schedule.Act{Args: tt.args}
		require.Equal(t, tt.verb, a.Verb(), tt.args)
		require.Equal(t, tt.set, a.Set(), tt.args)
		require.Equal(t, tt.dry, a.Dry(), tt.args)
		require.Equal(t, tt.pvc, a.Flag("pvc"), tt.args)
	}
}

func TestASmallerScheduleLacksOneThing(t *testing.T) {
	fault := schedule.Fault{Does: schedule.Kill}
	edit := schedule.Edit{Does: schedule.Partition, Set: "web"}
	s := schedule.Schedule{
		Sets: []schedule.Set{{Name: "web"}, {Name: "x"}},
		Acts: []schedule.Act{
			{Args: []string{"status", "web"}},
			{
				Args: []string{"hold", "web"}, Before: []schedule.Edit{edit}, Faults: []schedule.Fault{fault},
				Beside: &schedule.Act{Args: []string{"release", "web"}, Faults: []schedule.Fault{fault}}, After: 3,
			},
		},
	}
	var got []string
	for _, smaller := range s.Smaller() {
		line := ""
		for _, a := range smaller.Acts {
			line += a.String() + "; "
		}
		got = append(got, line)
		require.NotEqual(t, s, smaller)
	}
	const (
		status = "kubectl sts status web; "
		beside = " || after 3 requests: kubectl sts release web"
	)
	require.Equal(t, []string{
		status,
		"[somebody: partition of web 0] kubectl sts hold web {kill at request 1}" + beside + " {kill at request 1}; ",
		status + "[somebody: partition of web 0] kubectl sts hold web {kill at request 1}; ",
		status + "[somebody: partition of web 0] kubectl sts hold web {kill at request 1}" + beside + "; ",
		status + "[somebody: partition of web 0] kubectl sts hold web" + beside + " {kill at request 1}; ",
		status + "kubectl sts hold web {kill at request 1}" + beside + " {kill at request 1}; ",
		// The second set, which nobody names.
		status + "[somebody: partition of web 0] kubectl sts hold web {kill at request 1}" + beside + " {kill at request 1}; ",
	}, got)
}

// A command that is given again is the same one, as where a pipeline starts a job anew.
func TestACommandThatIsGivenAgainHasTheSameFlags(t *testing.T) {
	again := 0
	for seed := range uint64(200) {
		given := map[string][]string{}
		for _, a := range schedule.Generate(seed).Acts {
			bare := slices.DeleteFunc(slices.Clone(a.Args), func(arg string) bool {
				return strings.HasPrefix(arg, "--check-") || strings.HasPrefix(arg, "--after-") || arg == "--skip-baseline"
			})
			key := strings.Join(bare, " ")
			if before, known := given[key]; known {
				require.Equal(t, before, a.Args)
				again++
			}
			given[key] = a.Args
		}
	}
	require.Positive(t, again)
}
