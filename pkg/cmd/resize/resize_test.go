package resize_test

import (
	"testing"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/app/apptest"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/resize"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	planner "github.com/kubectl-sts/kubectl-sts/pkg/planner/resize"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/podorder"
)

// parse is what the flags become, without the texts that they were read from. A request
// of nil means that nothing was run.
func parse(t *testing.T, args ...string) (*resize.Request, error) {
	t.Helper()
	r, err := apptest.Parse(t, resize.New, args...)
	if r == nil {
		return nil, err
	}
	return &resize.Request{
		Run: r.Run, Name: r.Name, Target: r.Target, Attributes: r.Attributes, Ordinals: r.Ordinals, Concurrency: r.Concurrency,
		ClaimsOnly: r.ClaimsOnly, TemplateOnly: r.TemplateOnly, Restart: r.Restart, Soak: r.Soak, Checks: r.Checks,
		Drive: options.DriveFlags{Order: r.Drive.Order, IgnorePDB: r.Drive.IgnorePDB},
	}, err
}

func TestFlags(t *testing.T) {
	request := func(changes ...func(*resize.Request)) *resize.Request {
		r := &resize.Request{
			Run: refusing(apptest.Run()), Name: "web", Concurrency: 3, Target: planner.Target{All: "20Gi"}, ClaimsOnly: true,
			Soak: 30 * time.Second, Checks: apptest.Checks(),
		}
		for _, change := range changes {
			change(r)
		}
		return r
	}
	args, every := apptest.EveryRun()
	every = refusing(every)
	apptest.Accept(t, parse, []apptest.Use[resize.Request]{
		{"a size", []string{"sts/web", "--size=20Gi", "--claims-only"}, request()},
		{"the templates as well", []string{"web", "--size=20Gi"}, request(func(r *resize.Request) { r.ClaimsOnly = false })},
		{"the templates alone", []string{"web", "--size=20Gi", "--template-only", "--ignore-owner"}, request(func(r *resize.Request) {
			r.ClaimsOnly, r.TemplateOnly, r.Run.IgnoreOwner = false, true, true
		})},
		{"sizes by template", []string{"web", "--size", "data=20Gi,wal=5Gi", "--claims-only"}, request(func(r *resize.Request) {
			r.Target = planner.Target{By: map[string]string{"data": "20Gi", "wal": "5Gi"}}
		})},
		{"attributes alone", []string{"web", "--attributes-class", "data=gold", "--claims-only"}, request(func(r *resize.Request) {
			r.Target, r.Attributes = planner.Target{}, planner.Target{By: map[string]string{"data": "gold"}}
		})},
		{
			"a size and attributes",
			[]string{"web", "--size=20Gi", "--attributes-class=gold", "--claims-only"},
			request(func(r *resize.Request) { r.Attributes = planner.Target{All: "gold"} }),
		},
		{
			"a percentage of some",
			[]string{"web", "--grow", "20%", "--ordinals", "2,4-5", "--claims-only", "--concurrency=1"},
			request(func(r *resize.Request) {
				r.Target, r.Ordinals, r.Concurrency = planner.Target{Percent: true, All: "20"}, []int{2, 4, 5}, 1
			}),
		},
		{"no restarts, in so many words", []string{"web", "--size=20Gi", "--claims-only", "--restart=never"}, request()},
		{
			"restarts",
			[]string{"web", "--size=20Gi", "--claims-only", "--restart=auto"},
			request(func(r *resize.Request) { r.Restart = true }),
		},
		{
			"how pods restart",
			[]string{
				"web", "--size=20Gi", "--claims-only", "--restart=auto",
				"--order=ascending", "--last=role=primary", "--ignore-pdb", "--soak=0",
			},
			request(func(r *resize.Request) {
				r.Restart, r.Soak = true, 0
				r.Drive = options.DriveFlags{Order: podorder.Order{Ascending: true, Last: "role=primary"}, IgnorePDB: true}
			}),
		},
		{
			"the flags of every run", append([]string{"web", "--size=20Gi", "--claims-only"}, args...),
			request(func(r *resize.Request) { r.Run = every }),
		},
	})
}

func TestBadUsage(t *testing.T) {
	only := func(args ...string) []string { return append([]string{"web", "--claims-only"}, args...) }
	apptest.RefuseMisuse(t, parse, []apptest.Misuse{
		{"no name", []string{"--size=2Gi", "--claims-only"}, "which StatefulSet? give its name"},
		{"no size", only(), "give --size or --grow: how large the claims are to be, or --attributes-class"},
		{"two sizes", only("--size=2Gi", "--grow=20%"), "give --size or --grow, not both"},
		{"an empty size", only("--size="), "--size is empty"},
		{"empty attributes", only("--attributes-class="), "--attributes-class is empty"},
		{
			"no name of attributes", only("--attributes-class=Gold"),
			`--attributes-class=Gold: "Gold" can't be the name of a VolumeAttributesClass`,
		},
		{
			"restarts for attributes", only("--attributes-class=gold", "--restart=auto"),
			"--restart=auto is about file systems that grow: give --size or --grow",
		},
		{"no size at all", only("--size=big"), `--size=big: "big" is no size like 20Gi`},
		{"no percentage", only("--grow=20"), `--grow=20: "20" is no percentage like 20%`},
		{"no ordinals", only("--size=2Gi", "--ordinals=all"), `--ordinals=all: "all" is neither an ordinal nor a range like 4-6`},
		{"none at a time", only("--size=2Gi", "--concurrency=0"), "--concurrency=0: must be from 1 to 100"},
		{"both alone", only("--size=2Gi", "--template-only"), "give --claims-only or --template-only, not both"},
		{
			"a percentage for templates",
			[]string{"web", "--grow=20%", "--template-only"},
			"--template-only needs the size itself: give --size",
		},
		{
			"some ordinals and the templates",
			[]string{"web", "--size=2Gi", "--ordinals=2"},
			"--ordinals is about claims alone: pass --claims-only",
		},
		{"no restart at all", only("--size=2Gi", "--restart="), "--restart is empty"},
		{"another word", only("--size=2Gi", "--restart=always"), `--restart=always: must be "never" or "auto"`},
		{"an order of nothing", only("--size=2Gi", "--order=ascending"), "--order is about pods that restart: pass --restart=auto"},
		{"a soak of nothing", only("--size=2Gi", "--soak=1m"), "--soak is about pods that restart: pass --restart=auto"},
		{"a preset for nothing", only("--size=2Gi", "--preset=redis"), "--preset is about pods that restart: pass --restart=auto"},
		{"a negative soak", only("--size=2Gi", "--restart=auto", "--soak=-1s"), "--soak=-1s: must not be negative"},
		{
			"restarts for templates",
			[]string{"web", "--size=2Gi", "--template-only", "--restart=auto"},
			"--restart=auto is about claims, and --template-only leaves them as they are",
		},
		{"a negative timeout", only("--size=2Gi", "--timeout=-1s"), "--timeout=-1s: must not be negative"},
	})
}

// refusing are the flags of a run that refuses where somebody would delete the set.
func refusing(run options.RunFlags) options.RunFlags {
	run.Preflight = options.PreflightRefuse
	return run
}
