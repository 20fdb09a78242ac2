package main

import (
	"context"
	"errors"
	"io"

	"github.com/kubectl-sts/kubectl-sts/test/faults/lane"
)

func prove(context.Context, *lane.Plane, options, io.Writer) error { return errors.New("not yet") }
