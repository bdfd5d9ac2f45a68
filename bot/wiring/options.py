"""Settings as the plain values that operations and reconcilers take."""

from __future__ import annotations

from urllib.parse import quote

from bot.operator import Keeping, Options
from bot.session import identity
from bot.settings import Settings
from services.planner.brief import Rules


def brief_rules(settings: Settings) -> Rules:
    return Rules(
        budget=settings.brief_tokens,
        instruction_accounts=settings.instruction_accounts,
        cool_down=settings.cool_down,
        window=settings.variety_window,
        lengths=(settings.video_min_seconds, settings.video_max_seconds),
    )


def options(settings: Settings) -> Options:
    publishes = settings.publish_to == "instagram"
    return Options(
        data_dir=settings.data_dir,
        brand_dir=settings.brand_dir,
        draft_folder=settings.gcs_draft_folder,
        drafts_per_run=settings.drafts_per_run,
        generate_cron=settings.generate_cron,
        autopost_cron=settings.autopost_cron,
        autopost_order=settings.autopost_order,
        digest_cron=settings.digest_cron,
        post_delay=settings.post_delay,
        posts_per_day=settings.posts_per_day,
        slot_grace=settings.slot_grace,
        poll_interval=settings.autopost_poll_interval,
        timezone=settings.zone,
        brief=brief_rules(settings),
        keeping=Keeping(
            denied_days=settings.denied_keep_days,
            failed_days=settings.failed_keep_days,
            posted_days=settings.posted_keep_days,
            outbox_days=settings.outbox_keep_days,
            cache_bytes=settings.cache_max_size,
            warn_free=settings.disk_warn_free,
            min_free=settings.disk_min_free,
        ),
        identity=identity(settings),
        drafts_at=_drafts_at(settings),
        dry_run=publishes and settings.instagram_dry_run,
        account=settings.instagram_user_id if publishes else "",
    )


def _drafts_at(settings: Settings) -> str:
    """For a sheet that is read on other machines: a file of this one would be a dead link there.

    https://cloud.google.com/storage/docs/request-endpoints: this address asks for a login with rights.
    """
    if not (settings.gcs_bucket and settings.google_sheets_id):
        return ""
    return f"https://storage.cloud.google.com/{settings.gcs_bucket}/{quote(settings.gcs_draft_folder)}/"
