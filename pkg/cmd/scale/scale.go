// Package scale is the verb that changes how many pods a StatefulSet has.
package scale

import (
	"context"
	"io"
	"math"

	"github.com/spf13/cobra"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/templates"
)

// Request is what the flags say.
type Request struct {
	Run      options.RunFlags
	Name     string
	Replicas int
	Current  *int // nil for any
	Step     int
	Claims   scale.Answer
	Force    bool
	Retry    bool
	TakeOver bool
	Checks   options.Checks
	// RecordDir is the folder for records of deleted claims, empty for the usual one.
	RecordDir string

	current int
	claims  string
}

var (
	long = templates.LongDesc(`
		Change how many pods a StatefulSet has, one ordinal at a time, and lose nothing on the way.

		First it shows what happens to each ordinal's claims: their size, the reclaim policy of their volumes, what
		the set's whenScaled policy does, and so whether the data survives.

		Down, replicas are lowered by one (--step for more), the pod must be gone and all others Available, and so
		on, whatever the podManagementPolicy. On a terminal you are asked what happens to the claims; --pvc answers
		for a pipeline: "keep" leaves them (the default there), "delete" deletes them once all pods are well,
		"retain-volume" sets their volumes' reclaim policy to Retain first and writes a record of each, from which
		kubectl sts restore-pvc makes it again, with its data. Where whenScaled is Delete, the policy is
		set to Retain while the run lasts, unless everything is to be deleted. A claim that another set, pod, owner or
		autoscaler may want, or that carries the annotation kubectl-sts.github.io/keep, is kept whatever the answer, as
		it is by prune-pvc. --yes never answers this question.
		Without a terminal a run that takes pods or claims away wants --yes.

		Up, claims of earlier pods with these ordinals still have their data: --pvc=reuse gives them to the new pods,
		"fresh" deletes them first, and "fail", the default without a terminal, stops. Each pod must be Available
		before the next is added; one that cannot be made or scheduled ends the run, with the reason.

		A command can run before each pod goes, such as one that takes it out of its database's ring: in the pod's
		container (--before-exec) or on this machine (--before-cmd), with STS_NAME, STS_NAMESPACE, STS_ORDINAL and
		STS_POD set. If it fails, the run ends and the replicas stay what they are. A run that goes on may run it a
		second time for the same pod. Only --timeout limits how long it may take. Another one can run once a pod that
		was added is Available (--after-exec, --after-cmd).

		Killed at any moment, the same command goes on. One that failed goes on with --retry; without it, only the
		way back and the number that it got to are taken.`)

	example = templates.Examples(`
		# From 5 pods to 2; you are asked what happens to the claims
		kubectl sts scale web --replicas 2

		# See what would happen
		kubectl sts scale web --replicas 2 --dry-run=client

		# In a pipeline: keep the data, but not the claims
		kubectl sts scale web --replicas 2 --pvc=retain-volume --yes

		# Take each node out of the ring before its pod goes
		kubectl sts scale cassandra --replicas 3 --before-exec 'nodetool decommission'

		# Up again, on the data that is there
		kubectl sts scale web --replicas 5 --pvc=reuse`)
)

// unset is a number of replicas that nobody asks for.
const unset = math.MinInt

// New is the verb. run is what it does with the request; tests pass their own.
func New(env *app.Env, run func(context.Context, *app.Env, Request) error) *cobra.Command {
	r, checks := &Request{}, (*options.CheckFlags)(nil)
	cmd := options.SetCommand(
		&r.Name,
		func() error { return r.check(checks, env.Streams.In) },
		func(ctx context.Context) error { return run(ctx, env, *r) },
	)
	cmd.Use, cmd.Long, cmd.Example = "scale NAME --replicas COUNT", long, example
	cmd.Short = "Change the number of pods one by one, and keep the data safe"
	fs := cmd.Flags()
	cmd.PreRunE = func(*cobra.Command, []string) error {
		return options.NotEmpty(fs, "pvc", "record")
	}
	fs.IntVar(&r.Replicas, "replicas", unset, "How many replicas the set is to have.")
	fs.Lookup("replicas").DefValue = "" // there is none
	fs.IntVar(&r.current, "current-replicas", -1, "How many there must be now; with another number nothing is done. -1 for any.")
	fs.IntVar(&r.Step, "step", 1, "How many ordinals go or come at a time.")
	fs.StringVar(&r.claims, "pvc", "",
		`What happens to the claims. Down: "keep", "delete" or "retain-volume". Up, of those that are there already: "reuse", "fresh" or `+
			`"fail".`)
	options.TakesValues(fs, "pvc", string(scale.Keep), string(scale.Delete), string(scale.RetainVolume),
		string(scale.Reuse), string(scale.Fresh), string(scale.Fail))
	options.AddRecord(fs, &r.RecordDir)
	fs.BoolVar(&r.Force, "force", false, "Go ahead with an unfinished rollout, and whether or not the other pods are Available.")
	options.AddRetry(fs, &r.Retry)
	options.AddTakeOver(fs, &r.TakeOver)
	checks = options.AddCheckFlags(fs)
	options.AddGiveTo(fs, &r.Run)
	options.AddRunFlags(fs, &r.Run, "Don't ask whether to begin. What happens to the claims is a question for --pvc.")
	options.AddPreflight(fs, &r.Run.Preflight)
	return cmd
}

func (r *Request) check(checks *options.CheckFlags, stdin io.Reader) error {
	switch {
	case r.Replicas == unset:
		return options.Usage("give --replicas: how many replicas the set is to have")
	case r.Replicas < 0:
		return options.Usage("--replicas=%d: must not be negative", r.Replicas)
	case r.Replicas > sts.MostReplicas:
		return options.Usage("--replicas=%d: must be at most %d", r.Replicas, sts.MostReplicas)
	case r.current < -1:
		return options.Usage("--current-replicas=%d: must not be negative", r.current)
	case r.Step < 1:
		return options.Usage("--step=%d: must be at least 1", r.Step)
	}
	var err error
	if r.Checks, err = checks.Read(stdin); err != nil {
		return err
	}
	if r.current >= 0 {
		r.Current = &r.current
	}
	if r.Claims = scale.Answer(r.claims); r.claims != "" && !r.Claims.ForDown() && !r.Claims.ForUp() {
		return options.Usage(`--pvc=%s: must be "keep", "delete" or "retain-volume" (down), "reuse", "fresh" or "fail" (up)`, r.claims)
	}
	return r.Run.Check()
}
