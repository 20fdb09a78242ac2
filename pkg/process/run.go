package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// ExitCode is the error of a command that ended with another code than 0.
type ExitCode int

func (c ExitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// ExitStatus is the code.
func (c ExitCode) ExitStatus() int { return int(c) }

// afterTerm is how long a command may take to end when it is asked to.
const afterTerm = 5 * time.Second

// Run runs a command line in a shell of this machine until it ends or the context
// does, with what it leaves behind. Its environment is that of this process and env;
// both of its outputs go to out. The error is an [ExitCode], the context's cause, or
// whatever kept it from being run or ended it from outside.
func Run(ctx context.Context, command string, env []string, out io.Writer) error {
	return Pipe(ctx, command, env, nil, out)
}

// Pipe is Run with a standard input; nil for none.
func Pipe(ctx context.Context, command string, env []string, in io.Reader, out io.Writer) error {
	cmd := exec.CommandContext(ctx, "sh", "-c", command)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, out, out
	cmd.WaitDelay = afterTerm
	OwnGroup(cmd)
	err := cmd.Run()
	KillGroup(cmd)
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(err, &exit) && exit.ExitCode() >= 0:
		return ExitCode(exit.ExitCode())
	case errors.Is(err, exec.ErrWaitDelay):
		return nil // it has ended well, and what it left behind has kept an output
	}
	return err
}
