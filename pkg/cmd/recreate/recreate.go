// Package recreate is the verb that changes what the API server lets nobody change of a
// StatefulSet, around its running pods.
package recreate

import (
	"context"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/templates"
)

// Request is what the flags say.
type Request struct {
	Run       options.RunFlags
	Name      string
	Namespace string                // of the manifest, empty where it names none
	Manifest  *podtemplate.Manifest // nil to go on with a recreate that was begun
	Cancel    bool
	// Then is what comes after it, nil for nothing: the rest of the manifest is rolled out.
	Then func() error
	// IgnorePDB and Soak are about pods that restart for a volume.
	IgnorePDB bool
	Soak      time.Duration

	file   string
	canary bool
}

var (
	long = templates.LongDesc(`
		Change fields of a StatefulSet that can't be changed ("Forbidden: updates to statefulset spec"), without a restart
		of any pod: the set is deleted with its pods left running, and created again around them. Only for a claim template
		that is added the pods restart, one by one.

		From the manifest only the fields count that an update may not change: volumeClaimTemplates, podManagementPolicy,
		serviceName and selector. Other differences are left to kubectl apply, or to canary. Existing claims stay as they
		are; "kubectl sts resize" grows them. Where the pod template has to go first, it is refused and says so: a claim
		template that is removed must not be mounted, and a selector must match the labels that pods have already.

		First every pod must be Ready and on one revision, and the API server is asked, in a dry run, for the set that it
		would create: where that has another pod template than the one that runs, nothing is begun. Then the set is
		saved in a ConfigMap beside it, and only then deleted, on condition that it has not changed since. The new one is
		created with its gate closed, and has to adopt every pod at the revision that they have before the partition, the
		retention policy and managedFields are restored.

		A pod that lacks the volume of a claim template that is added gets it by a restart. Until it has, the controller makes
		no pod above it, so the lowest ordinal goes first, each Available before the next, once its new claims are there.

		When it is killed, the same command resumes it, on any machine, or "kubectl sts recreate NAME". Until the set is
		deleted, --cancel restores what was changed; while pods restart for a volume, it recreates the set as it was before.`)

	example = templates.Examples(`
		# The manifest that kubectl apply has refused
		kubectl sts recreate -f web.yaml

		# See what would happen, and what the API server says to it
		kubectl sts recreate -f web.yaml --dry-run=server

		# Resume a recreate that was interrupted
		kubectl sts recreate web

		# The image of the manifest as well, step by step
		kubectl sts recreate -f web.yaml --canary --yes

		# Cancel it
		kubectl sts recreate web --cancel`)
)

// New is the verb. run is what it does with the request; tests pass their own.
func New(env *app.Env, run func(context.Context, *app.Env, Request) error) *cobra.Command {
	r := &Request{}
	cmd := &cobra.Command{
		Use:                   "recreate (-f FILENAME | NAME)",
		DisableFlagsInUseLine: true,
		Annotations:           options.OneSet.AlsoAway(),
		Short:                 "Change immutable fields of a StatefulSet around its running pods",
		Long:                  long,
		Example:               example,
		Args:                  options.Args,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := options.NotEmpty(cmd.Flags(), "filename"); err != nil {
				return err
			}
			if err := r.complete(args, env.Streams.In); err != nil {
				return err
			}
			if r.canary {
				r.Then = func() error { return rollOut(cmd) }
			}
			return run(cmd.Context(), env, *r)
		},
	}
	fs := cmd.Flags()
	fs.StringVarP(&r.file, "filename", "f", "", "A manifest with one StatefulSet, as it is to be (- for standard input).")
	fs.BoolVar(&r.Cancel, "cancel", false, "Cancel a recreate, until the set is deleted, or while pods restart for a volume.")
	fs.BoolVar(&r.canary, "canary", false,
		`Then roll out what else the manifest has otherwise, as "kubectl sts canary -f FILENAME" does. Flags that both have, such as `+
			"--yes and --timeout, count for each.")
	options.AddIgnorePDB(fs, &r.IgnorePDB)
	fs.DurationVar(&r.Soak, "soak", operation.DefaultSoak,
		"How long pods that were restarted for a volume must stay Available without another restart.")
	options.AddIgnoreOwner(fs, &r.Run)
	fs.Lookup("ignore-owner").Usage = "Recreate the set although it is controlled by another object, whose operator may be faster."
	options.AddSaveInSecret(fs, &r.Run)
	options.AddPreflightOfRecreate(fs, &r.Run.Preflight)
	options.AddRunFlags(fs, &r.Run, "Don't ask.")
	return cmd
}

// filename is the name of the manifest, "" where it has none.
func (r *Request) filename() string {
	if r.file == "-" {
		return ""
	}
	return r.file
}

func (r *Request) complete(args []string, stdin io.Reader) error {
	if err := r.Run.Check(); err != nil {
		return err
	}
	switch {
	case r.canary && (r.file == "" || r.Cancel):
		return options.Usage("--canary rolls out the rest of a manifest: give it with -f")
	case r.canary && r.file == "-":
		return options.Usage("--canary reads the manifest once more: give a file, not -f -")
	case r.file == "":
		name, err := options.SetName(args)
		r.Name = name
		return err
	}
	if r.Cancel {
		return options.Usage("give -f or --cancel, not both")
	}
	text, err := options.ReadFile(r.file, stdin)
	if err != nil {
		return options.Usage("-f: %w", err)
	}
	if r.Manifest, err = podtemplate.ParseManifest(text); err != nil {
		return options.Usage("-f %s: %w", r.file, err)
	}
	if len(args) > 0 {
		return options.Usage("give a name or -f, not both: the manifest names %s", r.Manifest.Name)
	}
	r.Name, r.Namespace = r.Manifest.Name, r.Manifest.Namespace
	return nil
}
